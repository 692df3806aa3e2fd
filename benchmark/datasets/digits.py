"""The 1,797 digits included in scikit-learn, 8x8: a tiny dataset for trying things out."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from benchmark.api import Data, Dataset, hookimpl


class Digits(Dataset):
    """Handwritten digits of UCI's optdigits test set, as included in scikit-learn: 8x8x1, about 180 per class."""

    name = "digits"
    noun = "digit"
    source = "Alpaydin, Kaynak: Optical Recognition of Handwritten Digits, UCI, 1998 (sklearn.datasets.load_digits)"
    licence = "CC BY 4.0"
    size = "1,797 images of 8x8x1"

    def load(self, folder: Path | None) -> Data:
        """Read the images included in scikit-learn."""
        from sklearn.datasets import load_digits

        bunch = load_digits()
        return Data(
            images=(bunch.images / 16).astype(np.float32)[..., None],
            labels=bunch.target.astype(np.int64),
            class_names=tuple("0123456789"),
        )


@hookimpl
def bench_datasets() -> list[type[Dataset]]:
    """Register the digits of scikit-learn."""
    return [Digits]
