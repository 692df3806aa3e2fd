"""What is left to do for each cell of a plan, as the store has it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from filelock import FileLock

    from benchmark.api import Metric
    from benchmark.plan.cells import Cell
    from benchmark.plan.plan import Plan
    from benchmark.store.store import Store


@dataclass
class State:
    """What is left to do for one cell."""

    cell: Cell
    generate: bool
    metrics: dict[str, Metric]  # by metric key, still to be scored
    lock: FileLock | None = None
    seconds: float = 0.0  # spent on it in this run
    not_before: float = 0.0
    alone: bool = False  # it found the disk full: once more, with nothing beside it

    @property
    def done(self) -> bool:
        """Whether nothing is left."""
        return not self.generate and not self.metrics


def pending(plan: Plan, store: Store) -> list[State]:
    """Return all cells with what is left to do, the costly generators first: they decide when the run ends."""
    states = [look(plan, store, cell) for cell in (*plan.cells, *plan.groups) if not cell.skip]
    return sorted(states, key=lambda state: state.cell.generator.cost != "minutes")


def look(plan: Plan, store: Store, cell: Cell) -> State:
    """Return what is left to do for a cell: failed work is tried again, finished work is not."""
    if cell.fit and cell.members:
        return State(cell, plan.settings.fresh or not all(is_done(store, member) for member in cell.members), {})
    metrics = due_metrics(plan, cell)
    if plan.settings.fresh:
        return State(cell, not cell.members, metrics)
    kept = plan.settings.keep_failures
    if not cell.members and not is_done(store, cell):
        failed = kept and store.cell(cell.key) is not None
        return State(cell, not failed, {} if failed else metrics)
    left = {}
    for key, metric in metrics.items():
        scores = store.scores(cell.key, key)
        if scores is None or (scores["status"] != "ok" and not kept):
            left[key] = metric
    return State(cell, False, left)


def is_done(store: Store, cell: Cell) -> bool:
    """Whether a cell's samples are there."""
    record = store.cell(cell.key) if not cell.skip else None
    return record is not None and record["result"]["status"] == "ok"


def due_metrics(plan: Plan, cell: Cell) -> dict[str, Metric]:
    """Return the metrics that a cell gets and that can do it, by metric key."""
    return {plan.metric_key(m): m for m in plan.metrics_for(cell).values() if not m.skip(cell.task)}
