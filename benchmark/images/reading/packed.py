"""Reads files that may be gzipped: regular files only, of a size that fits into memory."""

from __future__ import annotations

import gzip
import io
import zlib
from pathlib import Path

from benchmark.errors import InputError
from benchmark.files.regular import read_regular

LARGEST = 2**32  # bytes of a file, packed and unpacked


def read_bytes(path: Path) -> bytes:
    """Return the content of a file, decompressed if it is gzipped. Raises InputError."""
    try:
        content = read_packed(path, LARGEST)
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


def read_packed(path: Path, most: int = LARGEST) -> bytes:
    """Return the content of a regular file as it is. Raises InputError, and OSError if it cannot be read."""
    try:
        return read_regular(path, most)
    except ValueError as error:
        raise InputError(f"{path}: {error}.") from None
