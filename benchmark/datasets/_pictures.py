"""Turns the user's own pictures into a dataset."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from benchmark.api import Array, Data, InputError
from benchmark.images.reading import Pictures


def given(folder: Path | None, name: str, what: str) -> Path:
    """Return `--data-dir`. Raises InputError if it is not given or does not exist."""
    if folder is None:
        raise InputError(f"dataset {name!r} needs --data-dir, {what}.")
    if not folder.exists():
        raise InputError(f"--data-dir {str(folder)!r} does not exist.")
    return folder


def data_of(train: Pictures, test: Pictures | None, path: Path) -> Data:
    """Return a dataset of pictures with classes; every class of the test split must be in the training split."""
    if train.labels is None or (test is not None and test.labels is None):
        raise InputError(f"{path}: the images have no classes; every real image needs one.")
    images = _bytes(train.images)
    if test is None or test.labels is None:
        return Data(images, train.labels, train.names)
    extra = [name for name in test.names if name not in train.names]
    if extra:
        raise InputError(f"{path}: the test split has the class {extra[0]!r}, but the training split does not.")
    places = np.array([train.names.index(name) for name in test.names], dtype=np.int64)
    return Data(images, train.labels, train.names, _bytes(test.images), places[test.labels])


def _bytes(images: Array) -> Array:
    """Return the images as bytes if they are integers from 0 to 255, else unchanged."""
    if images.dtype == np.uint8 or images.dtype.kind not in "ui":
        return images
    return images.astype(np.uint8) if images.min() >= 0 and images.max() <= 255 else images
