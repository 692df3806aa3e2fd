"""What every dataset promises."""

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
    """Images are (n, height, width, 1 or 3), bytes or numbers in [0, 1], with one label each, of the classes named."""
    data = _loaded(subject)
    if not len(data.raw):
        raise Fault("there is no training image")


def check_every_class(subject: Subject) -> None:
    """Every class has enough images for the protocol, in training and test."""
    data = _loaded(subject)
    missing = [name for label, name in enumerate(data.class_names) if label not in set(data.test_labels.tolist())]
    if missing:
        raise Fault(f"no test image of {', '.join(missing)}")
    try:
        fit_sizes(min(data.counts), Sizes(1000, 500))
    except InputError as error:
        raise Fault(str(error)) from None


def check_class_names(subject: Subject) -> None:
    """Classes have names, each once, without what means something on the command line."""
    names = _loaded(subject).class_names
    if len(set(names)) < len(names) or not all(isinstance(name, str) and name.strip() for name in names):
        raise Fault(f"class names are {names}; each is a text, and stands once")
    odd = [name for name in names if "," in name]
    if odd:
        raise Fault(f"the class name {odd[0]!r} has a comma, which separates classes on the command line")


def check_same_images(subject: Subject) -> None:
    """Loaded twice they are the same: results are kept under a fingerprint of them."""
    if _loaded(subject).fingerprint != _loaded(subject).fingerprint:
        raise Fault("the images are others the second time; draw them from a generator with a fixed seed")


def check_global_state(subject: Subject) -> None:
    """The global random generators of Python, numpy, torch and TensorFlow stay as they are."""
    with unchanged():
        _loaded(subject)


def check_source(subject: Subject) -> None:
    """It says where the data come from and under which licence; a reader of a user's own files need not."""
    dataset = subject.new()
    if not dataset.takes_folder and not (dataset.source and dataset.licence):
        raise Fault("source and licence are not stated")


def check_empty_folder(subject: Subject) -> None:
    """A folder that holds nothing, or is not there, is one sentence."""
    dataset = subject.new()
    if not dataset.takes_folder:
        raise Skip("it reads no folder")
    empty = subject.folder / "empty"
    empty.mkdir()
    for folder in (empty, subject.folder / "nowhere"):
        try:
            dataset.load(folder)
        except InputError as error:
            if not str(error).strip() or "\n" in str(error):
                raise Fault(f"InputError says {str(error)!r}; it takes one sentence") from None
        else:
            raise Fault(f"reading {folder.name!r}, which holds no images, raised no InputError")


def _loaded(subject: Subject) -> Any:
    dataset = subject.new()
    if not (subject.data_dir or dataset.is_here()):
        raise Skip("its images are not here: run it once, which downloads them, or give its files with --data-dir")
    try:
        data = load(dataset, Path(subject.data_dir) if subject.data_dir and dataset.takes_folder else None)
    except InputError as error:
        if dataset.takes_folder and not subject.data_dir:
            raise Skip(f"give it images with --data-dir: {error}") from None
        raise Fault(f"it cannot be read: {error}") from None
    if np.ptp(data.raw) == 0:
        raise Fault("all pixels of all images are the same")
    return data
