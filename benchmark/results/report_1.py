"""report.json in its first format, bench.report/1: other names for the same things."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from benchmark.results.report_json import FORMAT as CURRENT

FORMAT = "bench.report/1"
NAMES = {"generator": "configuration", "cls": "class", "as_user": "score_with_failures", "n": "fits"}  # in the rows
TABLES = ("results", "calibrated", "kinds", "cells", "failures")
SECTIONS = ("copies", "images", "training")  # the built-in sections that collected rows with these names


def upgraded(report: Mapping[str, Any]) -> dict[str, Any]:
    """Return a report of the first format in the current one.

    Its configurations do not name their generators, which the first format did not record. Data that sections from
    other packages collected are left as they are.
    """
    tables = {name: _renamed(report[name]) for name in TABLES}
    sections = {name: _renamed(data) if name in SECTIONS else data for name, data in report["sections"].items()}
    found = {**report, "format": CURRENT, "configurations": report["generators"], **tables, "sections": sections}
    del found["generators"]
    return found


def _renamed(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{NAMES.get(name, name): value for name, value in row.items()} for row in rows]
