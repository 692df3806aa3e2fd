"""scores.csv: one row per cell and measure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from benchmark.judging import calibration
from benchmark.results.csv import field as text_of
from benchmark.results.csv import lines

if TYPE_CHECKING:
    from benchmark.api import Measure, Metric
    from benchmark.plan.cells import Cell
    from benchmark.results.read import Outcome

COLUMNS = (
    "dataset",
    "class",
    "generator",
    "config",
    "control",
    "n_real",
    "n_synthetic",
    "seed",
    "metric",
    "measure",
    "value",
    "calibrated",
    "status",
    "reason",
    "fit_seconds",
    "sample_seconds",
    "metric_seconds",
    "peak_rss_mib",
    "cell",
    "phase",
    "space",
    "reference",
    "note",
    "fit_cpu_seconds",
    "fit_classes",
)


def rows(outcome: Outcome) -> list[dict[str, Any]]:
    """Return the rows of scores.csv, in its order; empty fields are None."""
    cells = (*outcome.plan.cells, *outcome.plan.groups)
    return [row for cell in cells if not cell.elsewhere for row in _rows_of(outcome, cell)]


def failures(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows of cells and metrics that failed, and of cells that were skipped.

    A measure that was not judged or skipped is no failure, and a group that failed shows in the rows of its members.
    """
    return [
        row
        for row in rows
        if row["status"] not in ("ok", "not-judged")
        and not (row["status"] == "skipped" and row["measure"])
        and (row["class"] or row["measure"])
    ]


def to_csv(rows: list[dict[str, Any]]) -> str:
    """Return rows as the text of scores.csv, with its header."""
    return lines([COLUMNS, *([text_of(row[column]) for column in COLUMNS] for row in rows)])


def _rows_of(outcome: Outcome, cell: Cell) -> Iterator[dict[str, Any]]:
    """Yield a row for each measure of a cell that worked, and a single one for a cell that did not."""
    base = _base(outcome, cell)
    if base["status"] != "ok":
        yield base
        return
    for config, metric in outcome.plan.metrics_for(cell).items():
        scored = outcome.scored[cell.key, config]
        for measure in metric.due(cell.as_control):
            yield {**base, **_measured(outcome, cell, metric, measure, scored)}


def _base(outcome: Outcome, cell: Cell) -> dict[str, Any]:
    """Return what the rows of a cell have in common; the columns of a measure are None."""
    result, task = outcome.records[cell.key], cell.task
    names = outcome.plan.data.class_names
    return {
        **dict.fromkeys(COLUMNS),
        "dataset": task.dataset,
        "class": task.class_name or None,
        "generator": cell.generator.name,
        "config": cell.config,
        "control": cell.control,
        "n_real": task.n_real,
        "n_synthetic": task.n_synthetic,
        "seed": task.seed,
        "status": result["status"],
        "reason": result["reason"],
        "cell": cell.key,
        "phase": result.get("phase", ""),
        "fit_classes": ",".join(names[i] for i in cell.fit.labels) if cell.fit else None,
        **{name: result.get(name) for name in ("fit_seconds", "sample_seconds", "peak_rss_mib", "fit_cpu_seconds")},
    }


def _measured(
    outcome: Outcome, cell: Cell, metric: Metric, measure: Measure, scored: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the columns of one measure; a value is not judged where the controls do not separate."""
    place = (cell.task.label, cell.task.n_real)
    value = outcome.table.fits(cell.config, place, measure.name)[cell.task.seed]
    scale = outcome.scales[place][measure.name]
    calibrated, status, reason = None, value.status, value.reason
    if value.value is not None and measure.anchored:
        if scale.reason:
            status, reason = "not-judged", scale.reason
        else:
            calibrated = scale.calibrate(calibration.fold(measure, value.value))
    return {
        "metric": metric.name,
        "measure": measure.name,
        "value": value.value,
        "calibrated": calibrated,
        "status": status,
        "reason": reason,
        "metric_seconds": scored["seconds"],
        "phase": "score" if status not in ("ok", "not-judged", "skipped") else "",
        "space": {"features": outcome.plan.space, "pixels": "pixels", "": ""}[measure.space],
        "reference": outcome.plan.reference_id if measure.reference else "",
        "note": scored["scores"].get(measure.name, {}).get("note", ""),
    }
