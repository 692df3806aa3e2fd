"""MNIST with all digits as one class: for generators that learn all digits together, without labels."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from benchmark.api import Data, Dataset, hookimpl
from benchmark.datasets import _mnist


class MnistPooled(Dataset):
    """All handwritten digits as one class, 'any': 60,000 training and 10,000 test images, 28x28x1."""

    name = "mnist-pooled"
    title = "MNIST, all digits as one class"
    noun = "digit"
    source = _mnist.SOURCE
    licence = _mnist.LICENCE
    size = "70,000 images of 28x28x1, 12 MB"

    def load(self, folder: Path | None) -> Data:
        """Read MNIST and discard the labels."""
        data = _mnist.load()
        labels = np.zeros(len(data.images), dtype=np.int64)
        test = None if data.test_images is None else np.zeros(len(data.test_images), dtype=np.int64)
        return Data(data.images, labels, ("any",), data.test_images, test)


@hookimpl
def bench_datasets() -> list[type[Dataset]]:
    """Register the pooled MNIST."""
    return [MnistPooled]
