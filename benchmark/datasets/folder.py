"""The user's own PNG or JPEG images: a folder with one sub-folder per class."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from benchmark.api import Data, Dataset, hookimpl
from benchmark.datasets._pictures import data_of, given
from benchmark.images.reading import Pictures, read_images


class Folder(Dataset):
    """PNG or JPEG images in --data-dir: one sub-folder per class, or `train` and `test` that each contain these."""

    name = "folder"
    takes_folder = True

    def load(self, folder: Path | None) -> Data:
        """Read the folder; images without sub-folders form one class, named after the folder."""
        path = given(folder, self.name, "a folder with one sub-folder of PNG or JPEG images per class")
        if (path / "train").is_dir() and (path / "test").is_dir():
            return data_of(read_images(path / "train"), read_images(path / "test"), path)
        found = read_images(path)
        if found.labels is None:
            found = Pictures(found.images, np.zeros(len(found.images), np.int64), (path.resolve().name,))
        return data_of(found, None, path)


@hookimpl
def bench_datasets() -> list[type[Dataset]]:
    """Register folders of images."""
    return [Folder]
