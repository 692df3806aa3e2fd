"""Image sets: images that stay bytes, in memory or in a mapped file, until some of them are asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np

if TYPE_CHECKING:
    from benchmark.api import Array, Images

BLOCK = 2**23  # most float32 numbers of a block of images: 32 MiB, 42 images of 256 x 256 in colour


def to_images(raw: Array) -> Images:
    """Return bytes, 16-bit numbers or floats as float32 (n, h, w, c) in [0, 1]."""
    if raw.dtype.kind == "u":
        return raw.astype(np.float32) / np.float32(np.iinfo(raw.dtype).max)
    return raw.astype(np.float32, copy=False)


@dataclass(frozen=True, eq=False)
class ImageSet:
    """n images, of which only those that are asked for become floats.

    array: (m, h, w, c), uint8, uint16, or float32 in [0, 1]; it may be mapped from a file that is larger than memory.
    rows: int64 (n,), which images of the array belong to the set, in their order.
    name: of the array, if results that depend on it are worth keeping in memory.
    A set that is sent to another process takes its file along by name, and anything else by content.
    """

    array: Array
    rows: Array
    name: str | None = None

    @classmethod
    def of(cls, images: Array | ImageSet, name: str | None = None) -> ImageSet:
        """Return the set of all images of an array; a set is returned as it is."""
        return images if isinstance(images, ImageSet) else cls(images, np.arange(len(images)), name)

    def __len__(self) -> int:
        """Return n."""
        return len(self.rows)

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """n, height, width, channels."""
        height, width, channels = self.array.shape[1:]
        return len(self.rows), height, width, channels

    @property
    def size(self) -> int:
        """How many numbers the images have."""
        return int(np.prod(self.shape))

    @property
    def stored_bytes(self) -> int:
        """How many bytes the images take as they are stored."""
        return self.size * self.array.dtype.itemsize

    @property
    def mapped(self) -> bool:
        """Whether the images are in a file."""
        return isinstance(self.array, np.memmap)

    def __getitem__(self, at: slice | Array | list[int] | int | np.integer[Any]) -> Images:
        """Return the images at these positions, float32 (k, h, w, c) in [0, 1]; (h, w, c) for a single position."""
        return self._read(at)

    def _read(self, at: slice | Array | list[int] | int | np.integer[Any]) -> Images:
        return to_images(self.array[self.rows[at]])

    def __iter__(self) -> Iterator[Images]:
        """Yield one image (h, w, c) after the other."""
        for block in self.blocks():
            yield from block

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        """Return all images as an array: where numpy is asked for one, memory must be enough."""
        return self.images if dtype is None else self.images.astype(dtype)

    @property
    def images(self) -> Images:
        """All images, float32 (n, h, w, c); the array itself if that is what it holds."""
        here = self.array.dtype == np.float32 and not self.mapped
        return self.array if here and self._whole else self._read(slice(None))

    @property
    def raw(self) -> Array:
        """All images as they are stored (n, h, w, c); the array itself if all of it belongs to the set."""
        return self.array if self._whole else self.array[self.rows]

    def take(self, at: slice | Array) -> ImageSet:
        """Return the set of the images at these positions. Nothing is read."""
        return ImageSet(self.array, self.rows[at], self.name)

    def slices(self, most: int | None = None) -> Iterator[slice]:
        """Yield the positions of blocks of at most `most` numbers."""
        step = max(1, (most or BLOCK) // max(int(np.prod(self.shape[1:])), 1))
        for start in range(0, len(self), step):
            yield slice(start, min(start + step, len(self)))

    def blocks(self, most: int | None = None) -> Iterator[Images]:
        """Yield all images in blocks, float32 (k, h, w, c), of at most `most` numbers each."""
        for part in self.slices(most):
            yield self._read(part)

    def spread(self, most: int | None = None) -> ImageSet:
        """Return the set, or as many images evenly spread over it as have `most` numbers."""
        return self.take(self.spread_at(most))

    def spread_at(self, most: int | None = None) -> Array:
        """Return the positions of these images, int64 (k,)."""
        n = min(len(self), max(1, (most or BLOCK) // max(int(np.prod(self.shape[1:])), 1)))
        return np.arange(n) * len(self) // max(n, 1)

    def add_to(self, digest: Any) -> None:
        """Add the images as they are stored to a hash: the same as adding `raw` at once."""
        for block in self.raw_blocks():
            digest.update(np.ascontiguousarray(block).data)

    def raw_blocks(self) -> Iterator[Array]:
        """Yield all images as they are stored, in blocks."""
        for part in self.slices():
            yield self.array[self.rows[part]]

    @property
    def _whole(self) -> bool:
        return len(self.rows) == len(self.array) and bool((self.rows == np.arange(len(self.rows))).all())

    def __reduce__(self) -> tuple[Any, ...]:
        """Return how to make the set again: from the file, or from the images."""
        array = self.array
        if isinstance(array, np.memmap) and array.filename is not None:
            path = Path(array.filename)
            where = (str(path), array.dtype.str, array.offset, array.shape, path.stat().st_ino)
            return _mapped, (where, self.rows, self.name)
        return ImageSet, (self.raw, np.arange(len(self)))


def _mapped(where: tuple[Any, ...], rows: Array, name: str | None) -> ImageSet:
    return ImageSet(_map(where), rows, name)


@lru_cache(maxsize=8)
def _map(where: tuple[Any, ...]) -> Array:
    """Return a file as an array, the same one for all sets that are sent to a process: they can then be joined."""
    path, dtype, offset, shape, _ = where
    return np.memmap(path, dtype, "r", offset, shape)


_FLOATS: WeakKeyDictionary[ImageSet, Images] = WeakKeyDictionary()


def floats_of(images: ImageSet) -> Images:
    """Return a set as floats: once for all if they take at most 32 MiB, else whenever they are asked for."""
    if images.size > BLOCK:
        return images.images
    if images not in _FLOATS:
        _FLOATS[images] = images.images
    return _FLOATS[images]


def handed(images: ImageSet) -> Any:
    """Return floats, or the set itself if they take over 32 MiB: for plugins that may not need all of it."""
    return images if images.size > BLOCK else floats_of(images)


def joined(sets: list[ImageSet]) -> ImageSet:
    """Return the images of several sets as one: of the same array without reading it, else as bytes or floats."""
    first = sets[0]
    if all(each.array is first.array for each in sets):
        return ImageSet(first.array, np.concatenate([each.rows for each in sets]), first.name)
    alike = all(each.array.dtype == first.array.dtype for each in sets)
    return ImageSet.of(np.concatenate([each.raw if alike else each.images for each in sets]))


class Floats(Mapping[str, "Images"]):
    """Image sets by name, as float32 (n, h, w, c): each becomes floats when it is asked for."""

    def __init__(self, sets: Mapping[str, ImageSet]) -> None:
        """Take sets by name; nothing is read."""
        self._sets = sets

    def __getitem__(self, name: str) -> Images:
        """Return the images of a set."""
        return self._sets[name].images

    def __iter__(self) -> Iterator[str]:
        """Yield the names."""
        return iter(self._sets)

    def __len__(self) -> int:
        """Return the number of sets."""
        return len(self._sets)


class Lazy(ImageSet):
    """A set in place of an array that would be too large: what is picked from it is a set again.

    A control that returns real images unchanged then never makes floats of them. For anything else that an array has,
    such as `mean`, as many images as fit into a block are read, evenly spread over the set.
    """

    def __getitem__(self, at: Any) -> Any:
        """Return the set of the images at these positions; for a single position, the image itself."""
        return self._read(at) if isinstance(at, (int, np.integer)) else self.take(at)

    def __getattr__(self, name: str) -> Any:
        """Return what an array of images has under this name."""
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self.spread().images, name)
