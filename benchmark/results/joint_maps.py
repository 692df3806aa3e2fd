"""The joint maps that a page shows: what is on them, and their keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from benchmark.jobs.joint_map import Stratum
from benchmark.plan.keys import MAPPING, map_key
from benchmark.plan.plan import Plan
from benchmark.plugins.code import core_code
from benchmark.store.store import Store

if TYPE_CHECKING:
    from benchmark.plan.cells import Cell

HELD_OUT = "held-out"  # the source that is not a configuration

REFERENCE = "real"  # the control that is on the map: fresh real images


def stored(plan: Plan, store: Store, n_real: int) -> dict[str, Any] | None:
    """Return the map of the cells that worked (strata, failed methods with reasons, points by method), or None."""
    strata = strata_of(plan, store, n_real)
    record = store.map_record(key_of(plan, strata, n_real)) if strata else None
    if record is None:
        return None
    return {**record, "points": store.map_arrays(record["key"])}


def strata_of(plan: Plan, store: Store, n_real: int) -> list[Stratum]:
    """Return the images on the map, the same number per source and class; [] if no generator worked."""
    cells = [c for c in plan.cells if c.task.n_real == n_real and c.task.seed == plan.seeds[0] and _worked(store, c)]
    chosen = [c for c in cells if not c.control] + [c for c in cells if c.config == REFERENCE]
    if all(cell.control for cell in chosen):
        return []
    n = max(1, min(plan.map_points // (len(plan.labels) + len(chosen)), plan.sizes[n_real].held_out))
    strata = [Stratum(HELD_OUT, label, n) for label in plan.labels]
    return strata + [Stratum(c.config, c.task.label, n, store.path(c.key).resolve() / "samples.npz") for c in chosen]


def key_of(plan: Plan, strata: list[Stratum], n_real: int) -> str:
    """Return the key of a map: what is on it, the space, the methods and the code."""
    images = [(s.source, s.label, s.n, s.samples.parent.name if s.samples else "") for s in strata]
    return map_key(images, n_real, plan.seeds[0], plan.features_id, plan.map_methods, core_code(*MAPPING))


def _worked(store: Store, cell: Cell) -> bool:
    record = store.cell(cell.key) if not cell.skip else None
    return record is not None and record["result"]["status"] == "ok"
