"""Decoded images, kept in the user's cache under the content of their files: a folder is decoded once.

They are a plain .npy file, which is mapped rather than read, and a .json file with what was found out while decoding,
which is written last: without it, the images are not used. What nobody has used for a month is deleted.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from benchmark.images.reading.packed import read_packed

if TYPE_CHECKING:
    from benchmark.images.reading.pictures import Array

VERSION = 1  # increase it when the same files are decoded differently
UNUSED = 30 * 24 * 3600.0  # seconds
HEAVIEST = 2**27  # bytes of a file

New: TypeAlias = "Callable[[tuple[int, ...], np.dtype[Any]], Array]"  # from a shape and a type to an array of zeros


def folder() -> Path:
    """Return where decoded images are kept."""
    import platformdirs

    return platformdirs.user_cache_path("synthassay") / "images"


def key_of(paths: Sequence[Path], *how: object) -> str:
    """Return a hash of the files' contents, in order, and of how they are decoded. Raises InputError and OSError."""
    digest = hashlib.sha256(repr((VERSION, len(paths), how)).encode())
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for content in pool.map(_content, paths):
            digest.update(content)
    return digest.hexdigest()[:32]


def once(key: str, decode: Callable[[New], tuple[Array, Any]]) -> tuple[Array, Any]:
    """Return what `decode` returns: images (n, h, w, c), and plain values. Both come from the cache if they are there.

    decode: gets a function that makes the array to be filled, in the cache's file. Where that cannot be written, the
    array is in memory, and nothing is kept.
    """
    images, said = folder() / f"{key}.npy", folder() / f"{key}.json"
    found = _read(images, said)
    if found is None:
        part = images.with_name(f".{key}.{os.getpid()}.part")
        try:
            made, values = decode(lambda shape, dtype: _new(part, shape, dtype))
            if not part.exists():
                return made, values
            _keep(made, values, part, images, said)
        finally:
            _delete(part)
        found = _read(images, said) or (made, values)
    return found


def _content(path: Path) -> bytes:
    return hashlib.sha256(read_packed(path, HEAVIEST)).digest()


def _read(images: Path, said: Path) -> tuple[Array, Any] | None:
    """Return images that are mapped from their file, and the values; None if they are not there, or damaged."""
    try:
        values = json.loads(said.read_text(encoding="utf-8"))
        found = np.load(images, mmap_mode="r", allow_pickle=False)
        os.utime(said)
    except (OSError, ValueError):
        return None
    return found, values


def _new(part: Path, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
    """Return an array of zeros in a file, for which there is space on the disk, else in memory."""
    try:
        part.parent.mkdir(parents=True, exist_ok=True)
        array = np.lib.format.open_memmap(part, "w+", dtype, shape)
        with part.open("rb+") as file:
            os.posix_fallocate(file.fileno(), 0, part.stat().st_size)  # a full disk would end the process later
    except (OSError, ValueError):
        _delete(part)
        return np.zeros(shape, dtype)
    return array


def _keep(made: Array, values: Any, part: Path, images: Path, said: Path) -> None:
    """Move decoded images to their place in the cache; those that were not used for long are deleted."""
    text = json.dumps(values)
    if isinstance(made, np.memmap):
        made.flush()
    os.replace(part, images)
    aside = said.with_name(f".{said.name}.{os.getpid()}.part")
    aside.write_text(text, encoding="utf-8")
    os.replace(aside, said)
    for old in said.parent.glob("*.json"):
        if time.time() - old.stat().st_mtime > UNUSED:
            _delete(old)
            _delete(old.with_suffix(".npy"))


def _delete(path: Path) -> None:
    try:
        path.unlink()
    except OSError:
        pass  # it is not there, or stays
