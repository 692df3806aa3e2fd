"""A store of many finished cells, made without running them, with scores and draws of the usual sizes."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from benchmark.execution import make_plan
from benchmark.plan.cells import Cell, Scored, describe
from benchmark.plan.plan import Plan
from benchmark.plugins.registry import discover
from benchmark.plugins.versions import versions
from benchmark.seeds import random
from benchmark.settings import from_mapping
from benchmark.store.store import Store

CONTROLS = 5
CLASSES = 10


def fill(out: Path, cells: int, metrics: str = "") -> Plan:
    """Make a store in `out` with at least `cells` finished cells of digits; return the plan of all of them."""
    seeds = -(-cells // (CLASSES * (CONTROLS + 1)))
    options: dict[str, Any] = {"generators": "smote", "dataset": "digits", "metrics": metrics, "seeds": seeds}
    settings = from_mapping({**options, "n_real": 30, "n_synthetic": 20, "out": str(out)})
    plan = make_plan(settings, discover())
    store = Store(out)
    store.create()
    files = Files(out / "work")
    with _unflushed():
        for cell in plan.cells:
            _generated(store, cell, files)
            _scored(store, plan, cell, files)
        for group in plan.groups:
            record = {**describe(group), "members": [cell.key for cell in group.cells], "result": {"status": "ok"}}
            store.put_cell(group.key, store.workspace(group.key), record)
            _scored(store, plan, group, files)
    return plan


@contextlib.contextmanager
def _unflushed() -> Iterator[None]:
    """Leave flushing to the system: two hundred thousand files with one flush each take an hour."""
    kept, os.fsync = os.fsync, lambda _: None
    try:
        yield
    finally:
        os.fsync = kept


class Files:
    """Writes arrays once and hands out links to them, because only the number of files matters."""

    def __init__(self, folder: Path) -> None:
        """Start without files."""
        self._folder = folder
        self._made: dict[tuple[Any, ...], Path] = {}

    def link(self, target: Path, **shapes: tuple[int, ...]) -> Path:
        """Put a file with random arrays of these shapes at `target`."""
        key = tuple(sorted(shapes.items()))
        if key not in self._made:
            rng = np.random.default_rng(len(self._made))
            self._made[key] = self._folder / f"arrays-{len(self._made)}.npz"
            np.savez(self._made[key], **{name: rng.random(shape, np.float32) for name, shape in shapes.items()})
        os.link(self._made[key], target)
        return target


def _generated(store: Store, cell: Cell, files: Files) -> None:
    folder = store.workspace(cell.key)
    files.link(folder / "samples.npz", images=(cell.task.n_synthetic, *cell.task.shape))
    seconds = {f"{stage}{what}_seconds": 0.01 for stage in ("fit", "sample") for what in ("", "_cpu")}
    result = {"status": "ok", "reason": "", "phase": "", "warnings": [], "unit": "step", "clipped_share": 0.0}
    result |= {"peak_rss_mib": 200.0, **seconds}
    record = {**describe(cell), "result": result, "versions": versions(cell.generator)}
    store.put_cell(cell.key, folder, record)


def _scored(store: Store, plan: Plan, cell: Scored, files: Files) -> None:
    rng = random(cell.tasks[0].seed, "synthetic", cell.key)
    for config, metric in plan.metrics_for(cell).items():
        names = [measure.name for measure in metric.due(cell.as_control)]
        arrays = files.link(store.folder / "work" / "scores.npz", **{f"draws/{name}": (300,) for name in names})
        said = {name: {"value": float(rng.random()), "reason": "", "note": ""} for name in names}
        record = {"status": "ok", "reason": "", "warnings": [], "scores": said, "seconds": 0.1, "metric": config}
        store.put_scores(cell.key, plan.metric_key(metric), {**record, "versions": versions(metric)}, arrays)
