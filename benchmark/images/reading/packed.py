"""Reads files that may be gzipped: regular files only, of a size that fits into memory."""

from __future__ import annotations

import gzip
import io
import stat
import zlib
from pathlib import Path

from benchmark.errors import InputError

LARGEST = 2**32  # bytes of a file, packed and unpacked


def read_bytes(path: Path) -> bytes:
    """Return the content of a file, decompressed if it is gzipped. Raises InputError."""
    try:
        check_regular(path)
        content = path.read_bytes()
        if content[:2] != b"\x1f\x8b":
            return content
        with gzip.open(io.BytesIO(content)) as file:
            content = file.read(LARGEST + 1)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InputError(f"{path}: the gzip stream is damaged or truncated ({error}).") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}).") from None
    if len(content) > LARGEST:
        raise InputError(f"{path}: has more than {LARGEST / 2**30:g} GiB when it is unpacked.")
    return content


def check_regular(path: Path, largest: int = LARGEST) -> None:
    """Raise InputError if a path is not a regular file of at most this many bytes, and OSError if it does not exist."""
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        raise InputError(f"{path}: is not a regular file.")
    if status.st_size > largest:
        raise InputError(f"{path}: has {status.st_size:,} bytes; allowed are {largest:,}.")
