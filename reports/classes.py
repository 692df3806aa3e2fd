"""Classes: whether one class is harder than another; one row per class, one lane per generator and aspect."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from benchmark.api import Section, hookimpl
from reports._lanes import lanes
from reports._rows import Row, class_title, index, regime_title, regimes, undecided, working
from reports._template import render
from reports._text import listed, sentence


class Classes(Section):
    """Calibrated aspects per class, with all generators on one scale, and which class is clearly harder."""

    name = "classes"
    title = "Classes"
    question = "Is one class harder than another?"
    order = 70

    def render(self, report: Mapping[str, Any], data: Any) -> Markup:
        """Return one row per class in the order of the labels; nothing if there is only one class."""
        if len(report["classes"]) < 2:
            return Markup("")
        if not working(report):
            return Markup('<p class="note">No generator was scored.</p>')
        found = [{"title": regime_title(report, n), **_regime(report, n)} for n in regimes(report)]
        return render("classes.html.j2", regimes=found, aspects=report["aspects"], generators=working(report))


def _regime(report: Row, n_real: int) -> dict[str, Any]:
    rows = index((r for r in report["calibrated"] if r["n_real"] == n_real), "configuration", "class", "aspect")
    shown = []
    for entry in report["classes"]:
        name = str(entry["name"])
        cells = []
        for aspect in report["aspects"]:
            lines = [(g, rows.get((g["id"], entry["label"], aspect["id"]))) for g in working(report)]
            cells.append({"label": aspect["label"], "svg": lanes(f"{aspect['label']}, {name}", lines)})
        shown.append({"name": name, "short": len(name) < 3, "cells": cells})
    notes = [*_notes(report, rows), *filter(None, [undecided(report, n_real)])]
    return {"rows": shown, "harder": _harder(report, rows), "notes": notes}


def _harder(report: Row, rows: Mapping[Any, Row]) -> str:
    """Return which class is clearly harder for which generator: its interval lies below those of all others."""
    said = []
    for generator in working(report):
        hard: dict[str, list[str]] = {}
        for aspect in report["aspects"]:
            own = {c["label"]: rows.get((generator["id"], c["label"], aspect["id"])) for c in report["classes"]}
            entry = next((c for c in report["classes"] if c["label"] == _apart(own)), None)
            if entry is not None:
                hard.setdefault(class_title(report, entry).lower(), []).append(str(aspect["label"]).lower())
        said += [f"{title} for {generator['label']} ({listed(aspects)})" for title, aspects in hard.items()]
    if all(row["lo"] is None for row in rows.values()):
        return "Without intervals, it is impossible to say whether a class is harder."
    if not said:
        return (
            "No class is clearly harder: no class has an interval below those of all other classes, for any generator "
            "or aspect."
        )
    return f"Clearly harder: {listed(said)}. There, the interval lies below those of all other classes."


def _apart(rows: Mapping[Any, Row | None]) -> Any:
    """Return the class whose interval lies below all others; None if there is none or an interval is missing."""
    if any(r is None or r["status"] != "ok" or r["lo"] is None for r in rows.values()):
        return None
    known = {label: row for label, row in rows.items() if row is not None}
    lowest = min(known, key=lambda label: known[label]["score"])
    others = (row["lo"] for label, row in known.items() if label != lowest)
    return lowest if known[lowest]["hi"] < min(others) else None


def _notes(report: Row, rows: Mapping[Any, Row]) -> list[str]:
    """Return why scores are missing, each reason once, with the aspects and classes that it concerns."""
    found: dict[tuple[str, str], tuple[dict[str, None], dict[str, None]]] = {}
    shown = {g["id"] for g in working(report)}
    aspects = {a["id"]: str(a["label"]) for a in report["aspects"]}
    for entry in report["classes"]:
        for (who, label, aspect), row in rows.items():
            if label == entry["label"] and who in shown and row["status"] != "ok" and row["reason"]:
                what, where = found.setdefault((row["status"].replace("-", " "), row["reason"]), ({}, {}))
                what[aspects[aspect]] = where[str(entry["name"])] = None
    return [_note(report, *key, list(what), list(where)) for key, (what, where) in found.items()]


def _note(report: Row, word: str, reason: str, what: Sequence[str], where: Sequence[str]) -> str:
    classes = "" if len(where) == len(report["classes"]) else f" for {listed(where)}"
    return f"{listed(what)}{classes}, {word}: {sentence(reason)}"


@hookimpl
def bench_report_sections() -> list[type[Section]]:
    """Register the section."""
    return [Classes]
