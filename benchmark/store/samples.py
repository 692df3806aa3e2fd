"""Files of images, written block by block and mapped when they are read, so that they may be larger than memory.

They are plain .npz files with one uncompressed array, `images`: float32 in [0, 1], or bytes.
"""

from __future__ import annotations

import hashlib
import math
import struct
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmark.images.image_set import ImageSet
from benchmark.store.arrays import FAULTS
from benchmark.store.records import is_regular

if TYPE_CHECKING:
    from benchmark.api import Array

MEMBER = "images.npy"
LOCAL = 30  # bytes of the head of a member in a zip archive, before its name
CHUNK = 2**22


def write(path: Path, shape: tuple[int, ...], dtype: np.dtype[Any], blocks: Iterable[Array]) -> None:
    """Write images (n, h, w, c), of which `blocks` yields one block after the other."""
    with zipfile.ZipFile(path, "w") as archive, archive.open(MEMBER, "w", force_zip64=True) as file:
        head = {"descr": np.lib.format.dtype_to_descr(dtype), "fortran_order": False, "shape": shape}
        np.lib.format.write_array_header_1_0(file, head)
        for block in blocks:
            file.write(np.ascontiguousarray(block, dtype=dtype).data)


def mapped(path: Path) -> ImageSet:
    """Return the images of a file, mapped from it. Raises OSError and ValueError."""
    try:
        with zipfile.ZipFile(path) as archive:
            member = archive.getinfo(MEMBER)
        if member.compress_type != zipfile.ZIP_STORED:
            raise ValueError("it is compressed")
        with path.open("rb") as file:
            file.seek(member.header_offset)
            head = file.read(LOCAL)
            file.seek(member.header_offset + LOCAL + sum(struct.unpack("<HH", head[26:30])))
            start = file.tell()
            if np.lib.format.read_magic(file) != (1, 0):
                raise ValueError("its images have an unknown format")
            shape, fortran, dtype = np.lib.format.read_array_header_1_0(file)
            at = file.tell()
    except (*FAULTS, KeyError) as error:
        if isinstance(error, OSError):
            raise
        raise ValueError(f"it is not an intact file of images ({error})") from None
    size = math.prod(shape) * dtype.itemsize
    if fortran or dtype not in (np.uint8, np.uint16, np.float32) or len(shape) != 4 or min(shape) < 1:
        raise ValueError(f"it holds an array of the type {dtype} and the shape {shape}")
    if size != member.file_size - (at - start) or at + size > path.stat().st_size:
        raise ValueError(f"it has images of the shape {shape} in {member.file_size} bytes")
    return ImageSet.of(np.memmap(path, dtype, "r", at, shape))


def intact(path: Path, sha256: str) -> ImageSet:
    """Return the same, if the file matches its SHA-256. Raises OSError and ValueError."""
    if checksum(path) != sha256:
        raise ValueError(f"the SHA-256 of {path.name} does not match")
    return mapped(path)


def checksum(path: Path) -> str:
    """Return the SHA-256 of a file, which is read in pieces. Raises OSError and ValueError."""
    if not is_regular(path):
        raise ValueError(f"{path.name} is not a regular file")
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
