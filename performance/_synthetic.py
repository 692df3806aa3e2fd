"""A store of many finished cells, made without running them: small images, scores and draws of the usual sizes."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from benchmark.execution import make_plan
from benchmark.plan import Cell, Plan, describe_cell
from benchmark.plugins import discover
from benchmark.settings import from_mapping
from benchmark.store import Store
from benchmark.versions import versions

CONTROLS = 5
CLASSES = 10


def fill(out: Path, cells: int, metrics: str = "") -> Plan:
    """Make a store in `out` in which at least so many cells of digits are finished; return the plan of all of them."""
    seeds = -(-cells // (CLASSES * (CONTROLS + 1)))
    options: dict[str, Any] = {"generators": "smote", "dataset": "digits", "metrics": metrics, "seeds": seeds}
    settings = from_mapping({**options, "n_real": 30, "n_synthetic": 20, "out": str(out)})
    plan = make_plan(settings, discover())
    store = Store(out)
    store.create()
    rng = np.random.default_rng(0)
    with _unflushed():
        for cell in plan.cells:
            _generated(store, cell, rng)
            _scored(store, plan, cell, rng)
        for group in plan.groups:
            record = {**describe_cell(group), "members": [m.key for m in group.members], "result": {"status": "ok"}}
            store.put_cell(group.key, store.workspace(group.key), record)
            _scored(store, plan, group, rng)
    return plan


@contextlib.contextmanager
def _unflushed() -> Iterator[None]:
    """Leave the flushing to the system: two hundred thousand files at one flush each take an hour."""
    kept, os.fsync = os.fsync, lambda _: None
    try:
        yield
    finally:
        os.fsync = kept


def _generated(store: Store, cell: Cell, rng: np.random.Generator) -> None:
    folder = store.workspace(cell.key)
    images = rng.random((cell.task.n_synthetic, *cell.task.shape), dtype=np.float32)
    np.savez(folder / "samples.npz", images=images)
    seconds = {f"{stage}{what}_seconds": 0.01 for stage in ("fit", "sample") for what in ("", "_cpu")}
    result = {"status": "ok", "reason": "", "phase": "", "warnings": [], "unit": "step", "clipped_share": 0.0}
    result |= {"peak_rss_mib": 200.0, **seconds}
    record = {**describe_cell(cell), "result": result, "versions": versions(cell.generator)}
    store.put_cell(cell.key, folder, record)


def _scored(store: Store, plan: Plan, cell: Cell, rng: np.random.Generator) -> None:
    for config, metric in plan.metrics_for(cell).items():
        names = [measure.name for measure in metric.due(cell.as_control)]
        arrays = store.folder / "work" / "arrays.npz"
        np.savez(arrays, **{f"draws/{name}": rng.random(300) for name in names})
        said = {name: {"value": float(rng.random()), "reason": "", "note": ""} for name in names}
        record = {"status": "ok", "reason": "", "warnings": [], "scores": said, "seconds": 0.1, "metric": config}
        store.put_scores(cell.key, plan.metric_key(metric), {**record, "versions": versions(metric)}, arrays)
