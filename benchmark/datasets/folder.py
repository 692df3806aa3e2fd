"""A folder of PNG or JPEG images of the user's own, a sub-folder a class."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from benchmark.api import Data, Dataset, hookimpl
from benchmark.datasets._pictures import data_of, given
from benchmark.images.reading import Pictures, read_images


class Folder(Dataset):
    """PNG or JPEG images in --data-dir: a sub-folder a class, or `train` and `test` with a sub-folder a class each."""

    name = "folder"
    takes_folder = True

    def load(self, folder: Path | None) -> Data:
        """Read the folder; images without sub-folders are one class, named as the folder."""
        path = given(folder, self.name, "a folder with a sub-folder of PNG or JPEG images for each class")
        if (path / "train").is_dir() and (path / "test").is_dir():
            return data_of(read_images(path / "train"), read_images(path / "test"), path)
        found = read_images(path)
        if found.labels is None:
            found = Pictures(found.images, np.zeros(len(found.images), np.int64), (path.resolve().name,))
        return data_of(found, None, path)


@hookimpl
def bench_datasets() -> list[type[Dataset]]:
    """Bring folders of images."""
    return [Folder]
