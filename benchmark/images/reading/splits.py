"""Recognises the splits of a folder by the names of its sub-folders, in any capitals."""

from __future__ import annotations

from pathlib import Path

from benchmark.errors import InputError

TRAIN = ("train", "training")
TEST = ("test", "testing")
VALIDATION = ("val", "valid", "validation", "dev", "eval")


def splits_of(folder: Path) -> dict[str, Path]:
    """Return the sub-folders of a folder that are splits: 'train', 'test' and 'validation', as far as they exist.

    Empty unless 'train' is among them, so that a class may be called `test`. Raises InputError if two are the same.
    """
    found: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        name = path.name.casefold()
        for split, names in (("train", TRAIN), ("test", TEST), ("validation", VALIDATION)):
            if name in names and path.is_dir():
                if split in found:
                    raise InputError(f"{folder}: {found[split].name} and {path.name} may both be the {split} split.")
                found[split] = path
    return found if "train" in found and len(found) > 1 else {}
