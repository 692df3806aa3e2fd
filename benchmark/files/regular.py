"""Reads regular files of limited size: a pipe or an endless device neither blocks us nor fills the memory."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

CHUNK = 2**30  # bytes that are read at once


def read_regular(path: Path | str, most: int, *, follow: bool = True) -> bytes:
    """Return the content of a regular file. follow: whether it may be a link to one.

    Raises OSError, and ValueError ('is not a regular file') on anything else, and if it has more than `most` bytes.
    """
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
        if about.st_size > most:
            raise ValueError(f"has {about.st_size:,} bytes; allowed are {most:,}")
        parts, left = [], most
        while left and (part := os.read(descriptor, min(left, CHUNK))):
            parts.append(part)
            left -= len(part)
        return b"".join(parts)
    finally:
        os.close(descriptor)
