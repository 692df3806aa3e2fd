"""Reads regular files of limited size: a pipe or an endless device neither blocks us nor fills the memory."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CHUNK = 2**30  # bytes that are read at once


def read_regular(path: Path | str, most: int, *, follow: bool = True) -> bytes:
    """Return the content of a regular file. follow: whether it may be a link to one.

    Raises OSError, and ValueError ('is not a regular file') on anything else, and if it has more than `most` bytes.
    """
    with _opened(path, follow=follow) as (descriptor, size):
        if size > most:
            raise ValueError(f"has {size:,} bytes; allowed are {most:,}")
        parts, left = [], most
        while left and (part := os.read(descriptor, min(left, CHUNK))):
            parts.append(part)
            left -= len(part)
        return b"".join(parts)


def read_head(path: Path | str, count: int) -> bytes:
    """Return the first bytes of a regular file, or none if there is no such file, or it cannot be read."""
    try:
        with _opened(path) as (descriptor, _):
            return os.read(descriptor, count)
    except (OSError, ValueError):
        return b""


@contextmanager
def _opened(path: Path | str, *, follow: bool = True) -> Iterator[tuple[int, int]]:
    """Open a regular file; give its descriptor and its size."""
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | (0 if follow else os.O_NOFOLLOW)
    try:
        descriptor = os.open(path, flags)
    except OSError as error:
        if error.errno == errno.ENXIO or (error.errno == errno.ELOOP and not follow):  # ENXIO: a socket
            raise ValueError("is not a regular file") from None
        raise
    try:
        about = os.fstat(descriptor)
        if not stat.S_ISREG(about.st_mode):
            raise ValueError("is not a regular file")
        yield descriptor, about.st_size
    finally:
        os.close(descriptor)
