"""Datasets in MNIST's format: four gzipped IDX files of 28x28 greyscale images."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import numpy as np

from benchmark.api import Array, Data
from benchmark.datasets._download import Downloaded
from benchmark.images.reading import idx, read_bytes

FILES = (
    "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
)


class LikeMnist(Downloaded):
    """60,000 training and 10,000 test images of ten classes."""

    class_names: ClassVar[tuple[str, ...]] = ()

    def load(self, folder: Path | None) -> Data:
        """Read the four files."""
        train, labels, test, test_labels = (_read(path) for path in self.files(folder).values())
        return Data(
            train[..., None], labels.astype(np.int64), self.class_names, test[..., None], test_labels.astype(np.int64)
        )


def _read(path: Path) -> Array:
    return idx.parse(read_bytes(path), path, 3 if "images" in path.name else 1)
