"""Reads and checks the MNIST files that are included in the package."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np

from benchmark.api import Array, Data, InputError
from benchmark.images.reading import idx, read_bytes

SOURCE = "LeCun, Cortes, Burges: The MNIST database of handwritten digits, 1998"
LICENCE = "CC BY-SA 3.0"
FOLDER = Path(__file__).parent / "mnist_files"
SHA256 = {  # of the decompressed bytes
    "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}


def load() -> Data:
    """Read the four files and check their SHA-256. Raises InputError if one is damaged."""
    return Data(
        images=_read("train-images-idx3-ubyte", 3)[..., None],
        labels=_read("train-labels-idx1-ubyte", 1).astype(np.int64),
        class_names=tuple("0123456789"),
        test_images=_read("t10k-images-idx3-ubyte", 3)[..., None],
        test_labels=_read("t10k-labels-idx1-ubyte", 1).astype(np.int64),
    )


def _read(name: str, dimensions: int) -> Array:
    path = FOLDER / f"{name}.gz"
    content = read_bytes(path)
    if hashlib.sha256(content).hexdigest() != SHA256[name]:
        raise InputError(f"{path} is not the original MNIST file (its SHA-256 differs); reinstall the package.")
    return idx.parse(content, path, dimensions)
