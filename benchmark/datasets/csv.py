"""The user's own CSV files: one image per line, with its class."""

from __future__ import annotations

from pathlib import Path

from benchmark.api import Data, Dataset, InputError, hookimpl
from benchmark.datasets._pictures import data_of, given, others
from benchmark.images.reading.own import OwnImages
from benchmark.images.reading.table import read_table


class Csv(OwnImages):
    """A CSV file as --data-dir (label and pixels: 785 columns), or a folder with ...train.csv and ...test.csv."""

    name = "csv"

    def load(self, folder: Path | None) -> Data:
        """Read the file, or the two files of the folder, gzipped or not."""
        path = given(folder, self.name, "a CSV file with the label and the pixels of an image on each line")
        if path.is_file():
            return data_of(read_table(path, self.how), None, path)
        train, test = (sorted(path.glob(f"*{split}*.csv*")) for split in ("train", "test"))
        if len(train) != 1 or len(test) > 1:
            raise InputError(f"--data-dir {str(folder)!r}: expected one ...train.csv and at most one ...test.csv.")
        held = read_table(test[0], self.how) if test else None
        return data_of(read_table(train[0], self.how), held, path, others(path, (*train, *test)))


@hookimpl
def bench_datasets() -> list[type[Dataset]]:
    """Register CSV files."""
    return [Csv]
