"""real.csv: the held-out images as each generator sees them, one row per image, with how near synthetic images come."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import repeat
from typing import TYPE_CHECKING

from benchmark.judging.calibration import REAL
from benchmark.results.csv import field, lines

if TYPE_CHECKING:
    from benchmark.api import Array
    from benchmark.plan.cells import Cell
    from benchmark.results.read import Outcome

METRIC = "prdc"
COLUMNS = ("dataset", "class", "config", "n_real", "seed", "cell", "index", "reach", "covered", "group")


def to_csv(outcome: Outcome) -> Iterator[str]:
    """Yield real.csv in pieces: the header, then the rows of one cell at a time; only generators and fresh images."""
    yield lines([COLUMNS])
    for cell in outcome.plan.cells:
        found = reached(outcome, cell) if cell.as_control in (None, REAL) else {}
        if not {"reach", "group"} <= set(found):
            continue
        task, reach, group = cell.task, found["reach"], found["group"]
        keys = [task.dataset, task.class_name, cell.config, task.n_real, task.seed, cell.key]
        yield lines(
            zip(
                *(repeat(field(key)) for key in keys),
                range(len(reach)),
                (f"{value:.4g}" for value in reach.tolist()),
                ("true" if value < 0 else "false" for value in group.tolist()),
                ("" if value < 0 else value for value in group.tolist()),
                strict=False,
            )
        )


def reached(outcome: Outcome, cell: Cell) -> Mapping[str, Array]:
    """Return what `prdc` kept of a cell's held-out images, each (n,); empty if it did not run."""
    for config, metric in outcome.plan.metrics_for(cell).items():
        if metric.name == METRIC:
            return outcome.kept(cell, config)
    return {}
