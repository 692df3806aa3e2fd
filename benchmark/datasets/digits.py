"""The 1,797 digits of scikit-learn, 8x8: tiny, for trying things out."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from benchmark.api import Data, Dataset, hookimpl


class Digits(Dataset):
    """Handwritten digits of UCI's optdigits test set as scikit-learn ships them: 8x8x1, about 180 a class."""

    name = "digits"
    noun = "digit"
    source = "Alpaydin, Kaynak: Optical Recognition of Handwritten Digits, UCI, 1998 (sklearn.datasets.load_digits)"
    licence = "CC BY 4.0"
    size = "1,797 images of 8x8x1"

    def load(self, folder: Path | None) -> Data:
        """Read the images that scikit-learn ships."""
        from sklearn.datasets import load_digits

        bunch = load_digits()
        return Data(
            images=(bunch.images / 16).astype(np.float32)[..., None],
            labels=bunch.target.astype(np.int64),
            class_names=tuple("0123456789"),
        )


@hookimpl
def bench_datasets() -> list[type[Dataset]]:
    """Bring the digits of scikit-learn."""
    return [Digits]
