"""What every dataset must do."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmark.errors import InputError
from benchmark.images.real import load
from benchmark.images.roles import Sizes, fit_sizes
from benchmark.testing._state import unchanged
from benchmark.testing._subject import Fault, Skip

if TYPE_CHECKING:
    from benchmark.testing._subject import Subject


def check_images(subject: Subject) -> None:
    """Images are (n, height, width, 1 or 3), bytes or numbers in [0, 1]; each has the label of a named class."""
    data = _loaded(subject)
    if not len(data.raw):
        raise Fault("there are no training images")


def check_every_class(subject: Subject) -> None:
    """Every class has enough training and test images for the protocol."""
    data = _loaded(subject)
    missing = [name for label, name in enumerate(data.class_names) if label not in set(data.test_labels.tolist())]
    if missing:
        raise Fault(f"no test images of {', '.join(missing)}")
    try:
        fit_sizes(min(data.counts), Sizes(1000, 500))
    except InputError as error:
        raise Fault(str(error)) from None


def check_class_names(subject: Subject) -> None:
    """Class names are unique and not empty."""
    names = _loaded(subject).class_names
    if len(set(names)) < len(names) or not all(isinstance(name, str) and name.strip() for name in names):
        raise Fault(f"class names are {names}; each must be a non-empty string and unique")


def check_same_images(subject: Subject) -> None:
    """Loading twice gives the same images, because results are stored under a fingerprint of them."""
    if _loaded(subject).fingerprint != _loaded(subject).fingerprint:
        raise Fault("the images differ the second time; draw them from a generator with a fixed seed")


def check_global_state(subject: Subject) -> None:
    """The global random generators of Python, numpy, torch and TensorFlow are left unchanged."""
    with unchanged():
        _loaded(subject)


def check_source(subject: Subject) -> None:
    """It states the source and the licence of the data; a reader of the user's own files need not."""
    dataset = subject.new()
    if not dataset.takes_folder and not (dataset.source and dataset.licence):
        raise Fault("source or licence is not stated")


def check_empty_folder(subject: Subject) -> None:
    """An empty or missing folder gives a one-sentence error."""
    dataset = subject.new()
    if not dataset.takes_folder:
        raise Skip("it does not read a folder")
    empty = subject.folder / "empty"
    empty.mkdir()
    for folder in (empty, subject.folder / "nowhere"):
        try:
            dataset.load(folder)
        except InputError as error:
            if not str(error).strip() or "\n" in str(error):
                raise Fault(f"the message of InputError is {str(error)!r}; it must be one sentence") from None
        else:
            raise Fault(f"reading {folder.name!r}, which has no images, did not raise InputError")


def _loaded(subject: Subject) -> Any:
    dataset = subject.new()
    if not (subject.data_dir or dataset.is_here()):
        raise Skip("its images are not downloaded: run it once to download them, or give its files with --data-dir")
    try:
        data = load(dataset, Path(subject.data_dir) if subject.data_dir and dataset.takes_folder else None)
    except InputError as error:
        if dataset.takes_folder and not subject.data_dir:
            raise Skip(f"give it images with --data-dir: {error}") from None
        raise Fault(f"it cannot be read: {error}") from None
    if np.ptp(data.raw) == 0:
        raise Fault("all pixels of all images have the same value")
    return data
