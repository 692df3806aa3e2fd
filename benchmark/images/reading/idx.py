"""Parses IDX, the format of the MNIST files."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import numpy as np

from benchmark.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from benchmark.images.reading.pictures import Array

_TYPES = {0x08: "u1", 0x09: "i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}


def parse(content: bytes, path: Path, dimensions: int) -> Array:
    """Return the array in an IDX file, which must have this number of `dimensions`. Raises InputError."""
    if len(content) < 4 or content[:2] != b"\x00\x00" or content[2] not in _TYPES:
        raise InputError(
            f"{path}: not an IDX file: it begins with {content[:4].hex(' ') or 'nothing'}; expected 00 00 08."
        )
    if content[3] != dimensions:
        what = {1: "labels", 3: "images"}.get(content[3], "something else")
        raise InputError(f"{path}: the number of dimensions is {content[3]} ({what}); expected {dimensions}.")
    dtype, start = np.dtype(_TYPES[content[2]]), 4 + 4 * dimensions
    if len(content) < start:
        raise InputError(f"{path}: the file ends within its header.")
    shape = struct.unpack(f">{dimensions}I", content[4:start])
    size = int(np.prod(shape, dtype=np.uint64)) * dtype.itemsize
    if len(content) - start != size:
        raise InputError(f"{path}: has {len(content) - start} bytes of data, but its header {shape} asks for {size}.")
    return np.frombuffer(content, dtype, offset=start).reshape(shape)
