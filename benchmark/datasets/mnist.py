"""MNIST: 70,000 handwritten digits, 28x28, all included in the package."""

from __future__ import annotations

from pathlib import Path

from benchmark.api import Data, Dataset, hookimpl
from benchmark.datasets import _mnist


class Mnist(Dataset):
    """Handwritten digits (LeCun, Cortes, Burges): 60,000 training and 10,000 test images, 28x28x1."""

    name = "mnist"
    title = "MNIST"
    noun = "digit"
    source = _mnist.SOURCE
    licence = _mnist.LICENCE
    size = "70,000 images of 28x28x1, 12 MB"

    def load(self, folder: Path | None) -> Data:
        """Read the four files included in the package and check their SHA-256."""
        return _mnist.load()


@hookimpl
def bench_datasets() -> list[type[Dataset]]:
    """Register MNIST."""
    return [Mnist]
