"""scores.csv: one row per cell and measure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from benchmark.judging import calibration
from benchmark.plan.cells import describe
from benchmark.results.csv import field as text_of
from benchmark.results.csv import lines

if TYPE_CHECKING:
    from benchmark.api import Measure, Metric
    from benchmark.plan.cells import Scored
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
    return [row for each in outcome.plan.scored if not each.elsewhere for row in _rows_of(outcome, each)]


def failures(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows of failed cells and metrics, and of skipped cells.

    A measure that was not judged or was skipped is not a failure. A failed group appears in the rows of its cells.
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


def _rows_of(outcome: Outcome, scored: Scored) -> Iterator[dict[str, Any]]:
    """Yield a row for each measure of a cell that worked, or a single row for a cell that did not."""
    base = _base(outcome, scored)
    if base["status"] != "ok":
        yield base
        return
    for config, metric in outcome.plan.metrics_for(scored).items():
        record = outcome.scored[scored.key, config]
        for measure in metric.due(scored.as_control):
            yield {**base, **_measured(outcome, scored, metric, measure, record)}


def _base(outcome: Outcome, scored: Scored) -> dict[str, Any]:
    """Return what the rows of a cell or a group have in common; the columns of a measure are None."""
    result, known = outcome.records[scored.key], describe(scored)
    names = outcome.plan.data.class_names
    return {
        **dict.fromkeys(COLUMNS),
        **{name: known[name] for name in COLUMNS if name in known},
        "class": known["class"] or None,
        "status": result["status"],
        "reason": result["reason"],
        "phase": result.get("phase", ""),
        "fit_classes": ",".join(names[i] for i in known["fit"]) if known["fit"] else None,
        **{name: result.get(name) for name in ("fit_seconds", "sample_seconds", "peak_rss_mib", "fit_cpu_seconds")},
    }


def _measured(
    outcome: Outcome, scored: Scored, metric: Metric, measure: Measure, record: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the columns of one measure; a value is not judged if the controls are not far enough apart."""
    value = outcome.table.fits(scored.config, scored.place, measure.name)[scored.tasks[0].seed]
    scale = outcome.scales[scored.place][measure.name]
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
        "metric_seconds": record["seconds"],
        "phase": "score" if status not in ("ok", "not-judged", "skipped") else "",
        "space": {"features": outcome.plan.space, "pixels": "pixels", "": ""}[measure.space],
        "reference": outcome.plan.reference_id if measure.reference else "",
        "note": record["scores"].get(measure.name, {}).get("note", ""),
    }
