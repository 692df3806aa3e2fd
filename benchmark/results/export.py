"""Exports samples from a store as PNG or NumPy files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmark.errors import InputError, unknown
from benchmark.results.keep import plain, write_png

if TYPE_CHECKING:
    from benchmark.api import Images
    from benchmark.store.store import Store

Sets = dict[Path, dict[str, "Images"]]  # where a set goes -> its images by class name
Record = dict[str, Any]  # of a cell, as in its cell.json
Training = Callable[[Record], "Images"]  # returns the training images of a cell


def chosen(store: Store, records: list[Record], selection: str) -> list[Record]:
    """Return the cells with samples of the selected configurations ("" for all generators). Raises InputError."""
    words = [word.strip() for word in selection.split(",") if word.strip()]
    known = {record["config"] for record in records}
    for word in words:
        if not any(config == word or fnmatchcase(config, word) for config in known):
            raise unknown("generator of this run", word, known)
    found = [
        record
        for record in records
        if (
            any(record["config"] == w or fnmatchcase(record["config"], w) for w in words)
            if words
            else not record["control"]
        )
        and record["result"]["status"] == "ok"
    ]
    if not found:
        raise InputError(f"{str(store.folder)!r} has no samples of {selection or 'any generator'}.")
    return found


def sets_of(store: Store, records: list[Record], cells: list[Record], training: Training | None) -> Sets:
    """Return the samples of cells by set: one per configuration, n_real (if the run has several) and seed.

    training: also return the images that the generators of each seed were fitted on, under `train`. Raises InputError
    if two sets would go to the same place.
    """
    several = len({record["n_real"] for record in records}) > 1
    found: Sets = {}
    for record in cells:
        regime = Path(f"n-real-{record['n_real']}") if several else Path()
        where, name = regime / f"seed-{record['seed']}", record["class"]
        own = found.setdefault(Path(plain(record["config"]).strip("-") or "-") / where, {})
        if name in own:
            raise InputError(
                f"{str(store.folder)!r} has two cells of {record['config'][:40]!r} and class {name[:40]!r}."
            )
        own[name] = store.samples(record["key"])
        if training is not None:
            found.setdefault(Path("train") / where, {})[name] = training(record)
    return found


def write_samples(sets: Sets, folder: Path, form: str) -> Iterator[Path]:
    """Write each set as <set>/<class>/<index>.png (8 bits) or <set>.npz (exact), and yield what was written."""
    for place, by_class in sets.items():
        if form == "png":
            for name, images in by_class.items():
                for i, image in enumerate(images):
                    write_png(folder / place / plain(name) / f"{i:04d}.png", image)
            yield folder / place
        else:
            target = (folder / place).with_suffix(".npz")
            target.parent.mkdir(parents=True, exist_ok=True)
            labels = np.repeat(np.arange(len(by_class)), [len(images) for images in by_class.values()])
            np.savez(target, images=np.concatenate(list(by_class.values())), labels=labels, class_names=list(by_class))
            yield target
