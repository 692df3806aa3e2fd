"""Scores: the raw value of every measure, before anything is calibrated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from benchmark.api import Section, hookimpl
from reports._rows import Row, controls, generators, index, measure_title, regime_title, regimes
from reports._template import render
from reports._text import decimals_for, fixed, listed, sentence
from reports._views import views

DIRECTIONS = {"higher": "higher is better", "lower": "lower is better", "half": "0.5 is best", "none": "diagnostic"}


class Scores(Section):
    """Mean and interval of every measure, for generators, fresh real images and the other controls."""

    name = "scores"
    title = "Scores"
    question = "What was measured, before any rescaling? \u2605 marks the best generator in each column."
    order = 20

    def render(self, report: Mapping[str, Any], data: Any) -> Markup:
        """Return one table per class with the parts of the aspects, then all other measures on demand, by aspect."""
        rows = index(report["results"], "configuration", "class", "n_real", "measure")
        parts, *others = _grouped([m for m in report["measures"] if m["scope"] == "cell"], report["aspects"])
        at_once = [m for m in report["measures"] if m["scope"] == "generator"]

        def content(entry: Row, n_real: int) -> dict[str, Any]:
            def row_of(generator: Row, measure: Row) -> Row | None:
                return rows.get((generator["id"], entry["label"], n_real, measure["id"]))

            return {
                "main": _table(report, parts, row_of, notes=("ok",)) if parts else None,
                "more": [_table(report, measures, row_of, notes=("ok", "not-judged")) for measures in others],
                "count": sum(len(measures) for measures in others),
            }

        together = [
            {"title": regime_title(report, n), **_table(report, at_once, _of_all(rows, n), notes=("ok",))}
            for n in regimes(report)
            if at_once
        ]
        return render("scores.html.j2", views=views(report, content), together=together)


def _of_all(rows: Mapping[Any, Row], n_real: int) -> Any:
    return lambda generator, measure: rows.get((generator["id"], None, n_real, measure["id"]))


def _grouped(measures: Sequence[Row], known: Sequence[Row]) -> list[list[Row]]:
    """Return the parts, in the order of the aspects, then all other measures by aspect."""
    aspects = [a["id"] for a in known]
    order = [p["measure"] for a in known for p in a["parts"]]
    parts = sorted((m for m in measures if m["part"]), key=lambda m: order.index(m["id"]))
    others: dict[str | None, list[Row]] = {aspect: [] for aspect in [*aspects, None]}
    for measure in measures:
        if not measure["part"]:
            others[measure["aspect"] if measure["aspect"] in aspects else None].append(measure)
    return [parts, *(measures for measures in others.values() if measures)]


def _table(report: Row, measures: Sequence[Row], row_of: Any, notes: Sequence[str]) -> dict[str, Any]:
    """Return one table; rows whose status is not among `notes` get their reason as a note."""
    shown = [(g, [row_of(g, m) for m in measures]) for g in generators(report)]
    scored = [(g, rows) for g, rows in shown if any(_mean(r) is not None for r in rows)]
    lost = [(g, rows) for g, rows in shown if all(_mean(r) is None for r in rows)]
    real = [(c, [row_of(c, m) for m in measures]) for c in controls(report)]
    real = [(c, rows) for c, rows in real if any(_mean(r) is not None for r in rows)]
    columns = [_column(m, i, scored, real) for i, m in enumerate(measures)]
    lines = [_line(g, rows, columns) for g, rows in [*scored, *real]]
    return {
        "groups": _groups(report, measures),
        "columns": columns,
        "lines": lines,
        "lost": [_lost(g, rows) for g, rows in lost],
        "notes": _notes(measures, [*scored, *real], notes),
        "intervals": any(cell["half"] for line in lines for cell in line["cells"]),
    }


def _mean(row: Row | None) -> float | None:
    return None if row is None else row["mean"]


def _column(measure: Row, i: int, scored: Sequence[Any], real: Sequence[Any]) -> dict[str, Any]:
    values = [v for _, rows in [*scored, *real] if (v := _mean(rows[i])) is not None]
    own = [v for _, rows in scored if (v := _mean(rows[i])) is not None]
    better, best = measure["better"], None
    if len(own) > 1 and better != "none" and measure["part"]:  # evidence has no best: noise is far from every image
        best = max(own) if better == "higher" else min(own, key=(lambda v: abs(v - 0.5)) if better == "half" else float)
    digits = decimals_for(values)
    return {
        "title": measure_title(measure) + (f", {measure['unit']}" if measure["unit"] else ""),
        "help": measure["help"],
        "direction": DIRECTIONS[better],
        "better": better,
        "digits": digits,
        "best": None if best is None else fixed(best, digits),
    }


def _line(generator: Row, rows: Sequence[Row | None], columns: Sequence[Row]) -> dict[str, Any]:
    asked = generator["kind"] == "generator"
    cells = []
    for row, column in zip(rows, columns, strict=True):
        value = _mean(row)
        text, half = fixed(value, column["digits"]), ""
        if row is not None and value is not None and row["lo"] is not None and row["hi"] is not None:
            half = f"\u00b1{fixed((row['hi'] - row['lo']) / 2, column['digits'])}"
        cells.append({"text": text, "half": half, "best": asked and value is not None and text == column["best"]})
    runs = max((sum(v is not None for v in r["values"]) for r in rows if r is not None), default=0)
    return {"generator": generator, "asked": asked, "runs": runs, "cells": cells}


def _groups(report: Row, measures: Sequence[Row]) -> list[dict[str, Any]]:
    """Return the aspect headings above the columns: adjacent columns of one aspect share a heading."""
    labels = {a["id"]: a["label"] for a in report["aspects"]}
    groups: list[dict[str, Any]] = []
    for measure in measures:
        label = labels.get(measure["aspect"], "")
        if groups and groups[-1]["label"] == label:
            groups[-1]["span"] += 1
        else:
            groups.append({"label": label, "span": 1})
    return groups


def _lost(generator: Row, rows: Sequence[Row | None]) -> dict[str, Any]:
    found = next((r for r in rows if r is not None and r["reason"]), None)
    status = found["status"] if found is not None else generator["status"]
    reason = found["reason"] if found is not None else generator["reason"]
    word = {"ok": "failed", "partly failed": "failed"}.get(status, status.replace("-", " "))
    bad = word not in ("skipped", "not judged")
    return {"generator": generator, "word": word.capitalize(), "bad": bad, "reason": reason}


def _notes(measures: Sequence[Row], shown: Sequence[Any], known: Sequence[str]) -> list[str]:
    """Return why values are missing or not judged, each reason once, with the measures and generators it concerns."""
    found: dict[tuple[str, str], tuple[dict[str, None], dict[str, None]]] = {}
    for generator, rows in shown:
        for measure, row in zip(measures, rows, strict=True):
            if row is not None and row["reason"] and (row["status"] not in known or _mean(row) is None):
                what, who = found.setdefault((row["status"].replace("-", " "), row["reason"]), ({}, {}))
                what[measure_title(measure)] = who[str(generator["label"])] = None
    return [
        f"{listed(list(what))}, {word}: {sentence(reason)}" + (f" ({', '.join(who)})" if len(who) < len(shown) else "")
        for (word, reason), (what, who) in found.items()
    ]


@hookimpl
def bench_report_sections() -> list[type[Section]]:
    """Register the section."""
    return [Scores]
