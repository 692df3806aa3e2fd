"""The user's own CSV files: one image per line, its class first."""

from __future__ import annotations

from pathlib import Path

from benchmark.api import Data, Dataset, InputError, hookimpl
from benchmark.datasets._pictures import data_of, given
from benchmark.images.reading import read_images


class Csv(Dataset):
    """A CSV file as --data-dir (label, then pixels: 785 columns), or a folder with ...train.csv and ...test.csv."""

    name = "csv"
    takes_folder = True

    def load(self, folder: Path | None) -> Data:
        """Read the file, or the two files of the folder, gzipped or not."""
        path = given(folder, self.name, "a CSV file with the label, then the pixels, on each line")
        if path.is_file():
            return data_of(read_images(path), None, path)
        train, test = (sorted(path.glob(f"*{split}*.csv*")) for split in ("train", "test"))
        if len(train) != 1 or len(test) > 1:
            raise InputError(f"--data-dir {str(folder)!r}: expected one ...train.csv and at most one ...test.csv.")
        return data_of(read_images(train[0]), read_images(test[0]) if test else None, path)


@hookimpl
def bench_datasets() -> list[type[Dataset]]:
    """Register CSV files."""
    return [Csv]
