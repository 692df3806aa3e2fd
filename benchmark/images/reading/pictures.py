"""Images as read from files, with their classes if the files name them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import isqrt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmark.errors import InputError
from benchmark.images.reading.account import NOTHING, Account

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Array = NDArray[Any]


@dataclass(frozen=True)
class Pictures:
    """Images (n, h, w, c) of any numeric dtype, not scaled. The caller checks whether they are in [0, 1].

    labels: int64 (n,), indices into `names`, or None if the files name no classes.
    files: the file of each image, relative to the path that was read; () if a single file holds them all.
    account: what was changed or left out.
    """

    images: Array
    labels: Array | None = None
    names: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    account: Account = NOTHING


def natural(name: str) -> list[Any]:
    """Return a key that sorts '2.png' before '10.png'."""
    return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in re.split(r"([0-9]+)", name) if part]


def classes(words: Sequence[str]) -> tuple[Array, tuple[str, ...]]:
    """Return labels int64 (n,) and the class names that they index, given one class name per image."""
    names = tuple(sorted(set(words), key=natural))
    index = {name: i for i, name in enumerate(names)}
    return np.array([index[word] for word in words], dtype=np.int64), names


def shaped(array: Array, path: Path) -> Array:
    """Return images (n, h, w), (n, h, w, c) or flat squares (n, h * h) as (n, h, w, c). Raises InputError."""
    if array.dtype.kind == "b":
        array = array.astype(np.uint8) * np.uint8(255)
    if array.dtype.kind not in "uif":
        raise InputError(f"{path}: the images have the type {array.dtype}; allowed are bytes and other numbers.")
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise InputError(f"{path}: {int((~np.isfinite(array)).sum())} values are NaN or infinite.")
    if array.ndim == 0:
        raise InputError(f"{path}: the images have the shape (); expected (n, height, width) or (n, 784).")
    if not len(array):
        raise InputError(f"{path}: the file contains no images.")
    if array.ndim == 2:
        side = isqrt(array.shape[1])
        if side * side != array.shape[1]:
            raise InputError(
                f"{path}: {array.shape[1]} values per image do not make a square; expected, for example, 784 for 28x28."
            )
        array = array.reshape(len(array), side, side)
    if array.ndim == 3:
        array = array[..., None]
    if array.ndim != 4 or array.shape[-1] not in (1, 3):
        first = " (channels come last here)" if array.ndim == 4 and array.shape[1] in (1, 3) else ""
        raise InputError(
            f"{path}: the images have the shape {array.shape}{first}; expected (n, height, width), "
            "(n, height, width, 1 or 3) or (n, 784)."
        )
    return array
