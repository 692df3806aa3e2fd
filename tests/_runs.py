"""A small run, and what tests read of its output folder."""

from __future__ import annotations

import csv
from pathlib import Path

# No map: drawing it takes longer than all the cells.
SMALL = [
    "run",
    "--map-points",
    "0",
    "-c",
    "3,5",
    "--n-real",
    "60",
    "--n-synthetic",
    "100",
    "-m",
    "mixing,prdc",
    "--seeds",
    "1",
    "--quiet",
]
TIMES = ("fit_seconds", "sample_seconds", "metric_seconds", "peak_rss_mib", "fit_cpu_seconds")


def rows(folder: Path) -> list[dict[str, str]]:
    """Return the rows of scores.csv."""
    with (folder / "scores.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def timeless(folder: Path) -> list[dict[str, str]]:
    """Return the rows of scores.csv without what differs between two runs of the same."""
    return [{k: v for k, v in row.items() if k not in TIMES} for row in rows(folder)]


def written(folder: Path) -> dict[str, int]:
    """When each cell was generated."""
    return {p.parent.name: p.stat().st_mtime_ns for p in folder.glob("cells/*/*/cell.json")}
