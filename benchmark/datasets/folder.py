"""The user's own images in files: a folder with one sub-folder per class, or with a table of their classes."""

from __future__ import annotations

from pathlib import Path

from benchmark.api import Data, Dataset, InputError, hookimpl
from benchmark.datasets._pictures import data_of, given, one_class
from benchmark.images.reading import Account, read_images
from benchmark.images.reading.annotations import TABLES
from benchmark.images.reading.own import OwnImages
from benchmark.images.reading.splits import splits_of


class Folder(OwnImages):
    """Image files in --data-dir: one sub-folder per class, or `train` and `test` that each contain these."""

    name = "folder"

    def load(self, folder: Path | None) -> Data:
        """Read the folder; images without classes form one class, named after the folder.

        If there is no `test`, a validation split takes its place.
        """
        path = given(folder, self.name, "a folder with one sub-folder of images per class")
        splits = splits_of(path) if path.is_dir() else {}
        if not splits:
            found = read_images(path, self.how)
            return data_of(found if found.labels is not None else one_class(found, path.resolve().name), None, path)
        held = splits.get("test") or splits["validation"]
        train, test = (read_images(each, self.how) for each in (splits["train"], held))
        if train.labels is None and test.labels is None:
            _check_tables(path)
            train, test = (one_class(each, path.resolve().name) for each in (train, test))
        return data_of(train, test, path, _account(path, [splits["train"], held]))


def _check_tables(folder: Path) -> None:
    """Raise InputError if a table next to the splits may have their classes, as Kaggle's train.csv does."""
    tables = [path.name for path in sorted(folder.iterdir()) if path.suffix.lower() in TABLES]
    if tables:
        raise InputError(
            f"{folder}: the splits have no classes, and {' and '.join(tables)} may have them; move each table into the "
            "folder of its images."
        )


def _account(folder: Path, used: list[Path]) -> Account:
    """Return what is read as the two splits, and what else lies next to them."""
    unused = [path.name for path in sorted(folder.iterdir()) if path not in used and not path.name.startswith(".")]
    said = f"{folder}: {used[0].name} is the training split, {used[1].name} the test split"
    return Account((said,), (f"{folder}: not used next to the splits: {', '.join(unused)}",) if unused else ())


@hookimpl
def bench_datasets() -> list[type[Dataset]]:
    """Register folders of images."""
    return [Folder]
