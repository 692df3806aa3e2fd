"""From pictures of the user's own to a dataset."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from benchmark.api import Array, Data, InputError
from benchmark.images.reading import Pictures


def given(folder: Path | None, name: str, what: str) -> Path:
    """Return `--data-dir`, or raise InputError where there is none."""
    if folder is None:
        raise InputError(f"dataset {name!r} needs --data-dir, {what}.")
    if not folder.exists():
        raise InputError(f"--data-dir {str(folder)!r} does not exist.")
    return folder


def data_of(train: Pictures, test: Pictures | None, path: Path) -> Data:
    """Return a dataset of pictures with classes; a class of the test split must be one of the training split."""
    if train.labels is None or (test is not None and test.labels is None):
        raise InputError(f"{path}: the images have no classes; real images need one each.")
    images = _bytes(train.images)
    if test is None or test.labels is None:
        return Data(images, train.labels, train.names)
    extra = [name for name in test.names if name not in train.names]
    if extra:
        raise InputError(f"{path}: the test split has the class {extra[0]!r}, the training split has none of it.")
    places = np.array([train.names.index(name) for name in test.names], dtype=np.int64)
    return Data(images, train.labels, train.names, _bytes(test.images), places[test.labels])


def _bytes(images: Array) -> Array:
    """Return whole numbers from 0 to 255 as bytes, whatever their type was."""
    fits = images.dtype.kind in "ui" and images.min() >= 0 and images.max() <= 255
    return images.astype(np.uint8) if fits else images
