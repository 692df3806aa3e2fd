"""The user's own IDX files, named like MNIST's, in a folder given as `--data-dir`."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from benchmark.api import Array, Data, Dataset, InputError, hookimpl
from benchmark.datasets._pictures import others
from benchmark.images.reading import Account, idx, read_bytes
from benchmark.images.reading.fitting import brought
from benchmark.images.reading.own import OwnData, OwnImages


def _find(folder: Path, split: str, kind: str) -> Path | None:
    """Return the file in `folder` named like MNIST's: 'train-images-idx3-ubyte', with a dot or dash, .gz or not."""
    found = sorted(folder.glob(f"{split}-{kind}[-.]idx*-ubyte")) + sorted(
        folder.glob(f"{split}-{kind}[-.]idx*-ubyte.gz")
    )
    return found[0] if found else None


def _pair(folder: Path, split: str) -> tuple[Array, Array] | None:
    images, labels = _find(folder, split, "images"), _find(folder, split, "labels")
    if images is None and labels is None:
        return None
    if images is None or labels is None:
        missing = "images-idx3" if images is None else "labels-idx1"
        raise InputError(f"{folder} has {(images or labels).name}, but no {split}-{missing}-ubyte (or .gz).")  # type: ignore[union-attr]
    pixels = idx.parse(read_bytes(images), images, 3)
    if pixels.dtype != np.uint8:
        raise InputError(f"{images}: pixels are {pixels.dtype.name}; only unsigned bytes are allowed.")
    classes = idx.parse(read_bytes(labels), labels, 1)
    if len(pixels) != len(classes):
        raise InputError(
            f"{images.name} has {len(pixels)} images, but {labels.name} has {len(classes)} labels: they must match."
        )
    return pixels[..., None], classes.astype(np.int64)


class Idx(OwnImages):
    """IDX files in a folder: train-images-idx3-ubyte, train-labels-idx1-ubyte, and t10k-... for a test split."""

    name = "idx"
    source = "http://yann.lecun.com/exdb/mnist: the IDX file format"

    def load(self, folder: Path | None) -> Data:
        """Read the folder; classes are named by their label numbers."""
        if folder is None:
            raise InputError(
                "dataset 'idx' needs --data-dir, the folder with train-images-idx3-ubyte and train-labels-idx1-ubyte."
            )
        if not folder.is_dir():
            raise InputError(f"--data-dir {str(folder)!r} is not a folder.")
        train, test = _pair(folder, "train"), _pair(folder, "t10k")
        if train is None:
            raise InputError(f"--data-dir {str(folder)!r} has no train-images-idx3-ubyte (or .gz).")
        names = tuple(map(str, range(max(int(labels.max()) for _, labels in (train, test or train)) + 1)))
        images, changed = brought(train[0], self.how, folder)
        used = [_find(folder, split, kind) for split in ("train", "t10k") for kind in ("images", "labels")]
        account = Account(changed) + others(folder, [path for path in used if path is not None])
        test_images = brought(test[0], self.how, folder)[0] if test else None
        return OwnData(images, train[1], names, test_images, test[1] if test else None, account)


@hookimpl
def bench_datasets() -> list[type[Dataset]]:
    """Register IDX files."""
    return [Idx]
