"""The user's own Parquet files: encoded images with a label, as on Hugging Face's hub, or one column per pixel."""

from __future__ import annotations

from pathlib import Path

from benchmark.api import Data, Dataset, InputError, hookimpl
from benchmark.datasets._pictures import data_of, given, others
from benchmark.images.reading.own import OwnImages
from benchmark.images.reading.parquet import read_parquet


class Parquet(OwnImages):
    """A Parquet file as --data-dir, or a folder with train...parquet and test...parquet (extra `parquet`)."""

    name = "parquet"
    needs = ("pyarrow",)
    extra = "parquet"
    source = "https://huggingface.co/docs/datasets: images are structs with `bytes` and `path`, labels ClassLabel"

    def load(self, folder: Path | None) -> Data:
        """Read the file, or the two files of the folder."""
        path = given(folder, self.name, "a Parquet file with images and labels")
        if path.is_file():
            return data_of(read_parquet(path, self.how), None, path)
        train, test = (sorted(path.glob(f"*{split}*.parquet")) for split in ("train", "test"))
        if len(train) != 1 or len(test) > 1:
            raise InputError(
                f"--data-dir {str(folder)!r}: expected one ...train...parquet and at most one ...test...parquet."
            )
        held = read_parquet(test[0], self.how) if test else None
        return data_of(read_parquet(train[0], self.how), held, path, others(path, (*train, *test)))


@hookimpl
def bench_datasets() -> list[type[Dataset]]:
    """Register Parquet files."""
    return [Parquet]
