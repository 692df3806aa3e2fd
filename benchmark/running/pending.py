"""What is left to do for each cell, group and fit of a plan, and what comes next for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from benchmark.plan.cells import Cell, Fit, Group, Scored, refusal

if TYPE_CHECKING:
    from filelock import FileLock

    from benchmark.api import Metric
    from benchmark.plan.plan import Plan
    from benchmark.store.store import Store

Work: TypeAlias = Cell | Group | Fit  # what a run does one by one


@dataclass(frozen=True)
class Settle:
    """The next step: nothing is left to do."""


@dataclass(frozen=True)
class Share:
    """The next step: run the fit that a cell shares with those of other classes."""

    fit: Fit


@dataclass(frozen=True)
class Generate:
    """The next step: generate the samples of a cell, or of all cells of a fit."""

    work: Cell | Fit


@dataclass(frozen=True)
class Restore:
    """The next step: generate a cell again, because its samples in the store are damaged."""

    cell: Cell


@dataclass(frozen=True)
class Score:
    """The next step: score the samples of a cell or a group."""

    scored: Scored


@dataclass(frozen=True)
class Fail:
    """The next step: record that nothing can be scored, because the features could not be fitted."""

    scored: Scored


@dataclass(frozen=True)
class Drop:
    """The next step: leave a group, because one of its cells failed or is damaged."""


Step: TypeAlias = Settle | Share | Generate | Restore | Score | Fail | Drop


@dataclass
class State:
    """What is left to do for one piece of work.

    metrics: still to be scored, by metric key. seconds: spent on it in this run. alone: it found the disk full and is
    run once more while nothing else runs.
    """

    work: Work
    generate: bool
    metrics: dict[str, Metric]
    lock: FileLock | None = None
    seconds: float = 0.0
    not_before: float = 0.0
    alone: bool = False

    @property
    def done(self) -> bool:
        """Whether nothing is left."""
        return not self.generate and not self.metrics


def pending(plan: Plan, store: Store) -> list[State]:
    """Return all cells and groups with what is left to do.

    The costly generators come first: they decide when the run ends.
    """
    states = [look(plan, store, scored) for scored in plan.scored if not scored.skip]
    return sorted(states, key=lambda state: state.work.generator.cost != "minutes")


def look(plan: Plan, store: Store, work: Work) -> State:
    """Return what is left to do for a piece of work: failed work is retried, finished work is not."""
    if isinstance(work, Fit):
        return State(work, plan.settings.fresh or any(not is_done(store, cell) for cell in cells_of(plan, work)), {})
    metrics = due_metrics(plan, work)
    if plan.settings.fresh:
        return State(work, isinstance(work, Cell), metrics)
    kept = plan.settings.keep_failures
    if isinstance(work, Cell) and not is_done(store, work):
        failed = kept and store.cell(work.key) is not None
        return State(work, not failed, {} if failed else metrics)
    left = {}
    for key, metric in metrics.items():
        scores = store.scores(work.key, key)
        if scores is None or (scores["status"] != "ok" and not kept):
            left[key] = metric
    return State(work, False, left)


def next_step(state: State, store: Store, *, broken: bool) -> Step:
    """Return what comes next. broken: whether the features could not be fitted."""
    work = state.work
    if state.done:
        return Settle()
    if isinstance(work, Fit):
        return Generate(work)
    if isinstance(work, Cell) and state.generate:
        return Share(work.fit) if work.fit else Generate(work)
    if broken:
        return Fail(work)
    if isinstance(work, Cell):
        return Score(work) if store.intact(work.key) else Restore(work)
    whole = all(is_done(store, cell) and store.intact(cell.key) for cell in work.cells)
    return Score(work) if whole else Drop()


def is_done(store: Store, cell: Cell) -> bool:
    """Whether the samples of a cell are stored."""
    record = store.cell(cell.key) if not cell.skip else None
    return record is not None and record["result"]["status"] == "ok"


def due_metrics(plan: Plan, scored: Scored) -> dict[str, Metric]:
    """Return the metrics that a cell or a group gets and that can score it, by metric key."""
    return {plan.metric_key(m): m for m in plan.metrics_for(scored).values() if not refusal(m, *scored.tasks)}


def cells_of(plan: Plan, fit: Fit) -> list[Cell]:
    """Return the cells of a fit."""
    return [cell for cell in plan.cells if cell.fit and cell.fit.key == fit.key and not cell.skip]
