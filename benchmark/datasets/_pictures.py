"""Turns the user's own pictures into a dataset."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from benchmark.api import Array, Data, InputError
from benchmark.images.reading import Pictures
from benchmark.images.reading.account import NOTHING, Account, plural, some
from benchmark.images.reading.own import OwnData


def given(folder: Path | None, name: str, what: str) -> Path:
    """Return `--data-dir`. Raises InputError if it is not given or does not exist."""
    if folder is None:
        raise InputError(f"dataset {name!r} needs --data-dir, {what}.")
    if not folder.exists():
        raise InputError(f"--data-dir {str(folder)!r} does not exist.")
    return folder


def data_of(train: Pictures, test: Pictures | None, path: Path, account: Account = NOTHING) -> Data:
    """Return a dataset of pictures with classes; every class of the test split must be in the training split.

    account: of what else lies in the folder.
    """
    if train.labels is None or (test is not None and test.labels is None):
        raise InputError(f"{path}: the images have no classes; every real image needs one.")
    images = _bytes(train.images)
    account = account + train.account
    if test is None or test.labels is None:
        return OwnData(images, train.labels, train.names, account=account)
    if train.images.shape[1:] != test.images.shape[1:]:
        raise InputError(
            f"{path}: the images of the two splits differ: {_shape(train.images)} and {_shape(test.images)}."
        )
    extra = [name for name in test.names if name not in train.names]
    if extra:
        raise InputError(f"{path}: the test split has the class {extra[0]!r}, but the training split does not.")
    places = np.array([train.names.index(name) for name in test.names], dtype=np.int64)
    return OwnData(
        images, train.labels, train.names, _bytes(test.images), places[test.labels], account=account + test.account
    )


def one_class(pictures: Pictures, name: str) -> Pictures:
    """Return pictures without classes as a single class."""
    labels = np.zeros(len(pictures.images), np.int64)
    return Pictures(pictures.images, labels, (name,), pictures.files, pictures.account)


def others(folder: Path, used: Iterable[Path]) -> Account:
    """Return an account of the files in a folder that are not used."""
    there = [path for path in sorted(folder.iterdir()) if not path.name.startswith(".")]
    unused = [path.name for path in there if path not in set(used)]
    return Account(left_out=(f"{folder}: {plural(len(unused), 'file')} not used: {some(unused)}",) if unused else ())


def _shape(images: Array) -> str:
    return "x".join(map(str, images.shape[1:]))


def _bytes(images: Array) -> Array:
    """Return the images as bytes if they are integers from 0 to 255, else unchanged."""
    if images.dtype == np.uint8 or images.dtype.kind not in "ui":
        return images
    return images.astype(np.uint8) if images.min() >= 0 and images.max() <= 255 else images
