"""The verdict and the first images as HTML for light and dark notebooks: no scripts, no links, no colours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reports._judgement import headline, standings, summary
from reports._rows import REAL, Row, class_title, generators, index, regime_title, regimes, working
from reports._template import render
from reports._text import DASH, fixed, interval


def excerpt(report: Mapping[str, Any]) -> str:
    """Return the headline, a table of the calibrated aspects, and each generator's first fifteen images per class."""
    return str(
        render(
            "notebook.html.j2",
            headline=headline(report),
            aspects=report["aspects"],
            regimes=[{"title": regime_title(report, n), "rows": _rows(report, n)} for n in regimes(report)],
            lost=[g for g in generators(report) if g["status"] in ("failed", "skipped")],
            views=_images(report),
        )
    )


def _rows(report: Row, n_real: int) -> list[dict[str, Any]]:
    return [
        {
            "label": standing.generator["label"],
            "summary": summary(report, standing),
            "cells": [
                {"score": DASH if a["score"] is None else fixed(a["score"]), "interval": interval(a["lo"], a["hi"])}
                for a in standing.aspects
            ],
        }
        for standing in standings(report, n_real)
    ]


def _images(report: Row) -> list[dict[str, Any]]:
    """Return the sheets of each class for the largest number of training images, real images first."""
    panels = index(report["sections"].get("images") or [], "configuration", "class", "n_real")
    shown = [{"id": REAL, "label": "Real"}, *working(report)]
    found = []
    for entry in report["classes"]:
        sheets = [(g["label"], panels.get((g["id"], entry["label"], regimes(report)[-1]))) for g in shown]
        found.append(
            {
                "title": class_title(report, entry),
                "sheets": [{"label": label, **panel["plain"]} for label, panel in sheets if panel],
            }
        )
    return [view for view in found if view["sheets"]]
