"""Reads files that may be gzipped."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

from benchmark.errors import InputError


def read_bytes(path: Path) -> bytes:
    """Return the content of a file, decompressed if it is gzipped. Raises InputError."""
    try:
        content = path.read_bytes()
        return gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InputError(f"{path}: the gzip stream is damaged or truncated ({error}).") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}).") from None
