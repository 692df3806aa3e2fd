"""The user's own .npz file with images and labels."""

from __future__ import annotations

from pathlib import Path

from benchmark.api import Data, Dataset, InputError, hookimpl
from benchmark.datasets._pictures import data_of, given
from benchmark.images.reading.arrays import read_splits
from benchmark.images.reading.own import OwnImages


class Npz(OwnImages):
    """A .npz file as --data-dir: `images`, `labels` (or x_train, y_train, x_test, y_test), optionally `class_names`."""

    name = "npz"

    def load(self, folder: Path | None) -> Data:
        """Read the file."""
        path = given(folder, self.name, "a .npz file with the arrays images and labels")
        if path.is_dir():
            raise InputError(f"--data-dir {str(folder)!r} is a folder; dataset 'npz' takes a .npz file.")
        return data_of(*read_splits(path, self.how), path)


@hookimpl
def bench_datasets() -> list[type[Dataset]]:
    """Register .npz files."""
    return [Npz]
