"""scores.csv: one row per cell and measure."""

from __future__ import annotations

from typing import Any

from benchmark.results.csv import field as text_of
from benchmark.results.csv import lines

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


def to_csv(rows: list[dict[str, Any]]) -> str:
    """Return scores.csv: a header, and a line a row."""
    return lines([COLUMNS, *([text_of(row[column]) for column in COLUMNS] for row in rows)])
