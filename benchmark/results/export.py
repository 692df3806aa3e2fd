"""Exports samples from a store as PNG or NumPy files, and results as Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmark.errors import InputError, unknown
from benchmark.results.keep import plain, write_png

if TYPE_CHECKING:
    from benchmark.api import Images
    from benchmark.plan.cells import Cell
    from benchmark.plan.plan import Plan
    from benchmark.store.store import Store

Sets = dict[Path, dict[str, "Images"]]  # where a set goes -> its images by class name


def chosen(plan: Plan, store: Store, selection: str) -> list[Cell]:
    """Return the cells with samples of the selected configurations ("" for all generators). Raises InputError."""
    words = [word.strip() for word in selection.split(",") if word.strip()]
    known = {cell.config for cell in plan.cells}
    for word in words:
        if not any(config == word or fnmatchcase(config, word) for config in known):
            raise unknown("generator of this run", word, known)
    cells = [
        cell
        for cell in plan.cells
        if (any(cell.config == w or fnmatchcase(cell.config, w) for w in words) if words else not cell.control)
    ]
    found = [cell for cell in cells if (record := store.cell(cell.key)) and record["result"]["status"] == "ok"]
    if not found:
        raise InputError(f"{str(store.folder)!r} has no samples of {selection or 'any generator'}.")
    return found


def sets_of(plan: Plan, store: Store, cells: list[Cell], *, train: bool) -> Sets:
    """Return the samples of cells by set: one per configuration, n_real (if there are several) and seed.

    train: also return the images that the generators of each seed were fitted on, under `train`.
    """
    found: Sets = {}
    for cell in cells:
        task = cell.task
        regime = Path(f"n-real-{task.n_real}") if len(plan.sizes) > 1 else Path()
        seed, config = f"seed-{task.seed}", plain(cell.config).strip("-")
        found.setdefault(Path(config) / regime / seed, {})[task.class_name] = store.samples(cell.key)
        if train:
            real = plan.data.roles(task.label, task.seed, cell.sizes)["train"]
            found.setdefault(Path("train") / regime / seed, {})[task.class_name] = real
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


def to_markdown(summary: Mapping[str, Any]) -> str:
    """Return the verdicts of a summary.json as a table: one row per generator and number of training images."""
    aspects = [aspect["name"] for aspect in summary["aspects"]]
    rows = [["generator", "training images", *aspects], ["---"] * (len(aspects) + 2)]
    rows += [
        [verdict["config"], str(verdict["n_real"]), *(_cell(verdict["aspects"][name]) for name in aspects)]
        for verdict in summary["verdicts"]
    ]
    return "".join(f"| {' | '.join(cell.replace('|', '/') for cell in row)} |\n" for row in rows)


def _cell(aspect: Mapping[str, Any]) -> str:
    if aspect["score"] is None:
        return str(aspect["status"]).replace("-", " ")
    score = f"{min(max(aspect['score'], 0.0), 1.0):.2f}"
    return score if aspect["lo"] is None else f"{score} [{aspect['lo']:.2f}, {aspect['hi']:.2f}]"
