"""Verdict: four aspects per generator, from 0 (a control built to fail) to 1 (fresh real images)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from benchmark.api import Section, hookimpl
from reports._judgement import UNRANKED, Standing, standings, summary, word
from reports._rows import Row, generators, index, measure_title, regime_title, regimes, undecided, warnings_of
from reports._svg import strip
from reports._template import render
from reports._text import DASH, fixed, interval, listed, words_of


class Verdict(Section):
    """The four aspects of each generator on one scale, with the weakest one named."""

    name = "verdict"
    title = "Verdict"
    question = (
        "Which generator should I use? Each aspect runs from 0 (a control built to fail it) to 1 (fresh real images, "
        "which nobody trained on)."
    )
    order = 10

    def render(self, report: Mapping[str, Any], data: Any) -> Markup:
        """Return one row per generator, including those that failed or were skipped."""
        found = [_regime(report, n_real) for n_real in regimes(report)]
        lost, zero = _lost(report), _zero(report)
        return render("verdict.html.j2", regimes=found, aspects=report["aspects"], lost=lost, zero=zero)


def _regime(report: Row, n_real: int) -> dict[str, Any]:
    found = standings(report, n_real)
    return {
        "title": regime_title(report, n_real),
        "rows": [_row(report, standing, n_real) for standing in found],
        "parts": _parts(report, found, n_real),
        "names": [s.generator for s in found],
        "undecided": undecided(report, n_real),
        "answers": [_answer(report, each) for each in report.get("recommendations", ()) if each["n_real"] == n_real],
    }


def _answer(report: Row, found: Row) -> dict[str, Any]:
    labels = {g["id"]: g["label"] for g in report["configurations"]}
    named = [labels.get(name, name) for name in found["generators"]]
    return {**found, "named": list(zip(named, found["reasons"], strict=True))}


def _row(report: Row, standing: Standing, n_real: int) -> dict[str, Any]:
    generator = standing.generator
    cells = [c for c in report["cells"] if c["configuration"] == generator["id"] and c["n_real"] == n_real]
    skipped = [c for c in cells if c["status"] == "skipped"]
    broken = [c for c in cells if c["status"] not in ("ok", "skipped")]
    shown = [_cell(generator, row, a) for row, a in zip(standing.aspects, report["aspects"], strict=True)]
    common = shown[0]["reason"] if len({(cell["grey"], cell["reason"]) for cell in shown}) == 1 else ""
    return {
        "generator": generator,
        "summary": summary(report, standing),
        "common": common,
        "broken": f"{len(broken)} of {len(cells)} cells failed: {broken[0]['reason']}" if broken else "",
        "skipped": f"{len(skipped)} of {len(cells)} cells skipped: {skipped[0]['reason']}" if skipped else "",
        "warnings": warnings_of(report, generator["id"], n_real)[:2],
        "cells": [{**cell, "reason": "" if common else cell["reason"]} for cell in shown],
    }


def _cell(generator: Row, row: Row, aspect: Row) -> dict[str, Any]:
    status, bad = row["status"], False
    detail = interval(row["lo"], row["hi"])
    if status == "ok":
        said = word(row)
        bad = row["score"] < 0.1
        detail = ("hurts" if said == "hurts" else "fails") if bad else detail
    else:
        detail, bad = status.replace("-", " "), status not in UNRANKED
    return {
        "label": aspect["label"],
        "number": fixed(row["score"]) if row["score"] is not None else DASH,
        "grey": status != "ok",
        "detail": detail,
        "bad": bad,
        "strip": strip(generator, row, aspect["label"]),
        "reason": "; ".join(filter(None, [row["reason"], *_without(row)])),
    }


def _without(row: Row) -> list[str]:
    """Return the parts that fell out of a minimum, each with the reason."""
    return [f"without {words_of(name).lower()}: {why}" for name, why in row.get("missing", {}).items()]


def _lost(report: Row) -> list[dict[str, Any]]:
    """Return one row per generator without any result."""
    rows = []
    for generator in generators(report):
        if generator["status"] in ("failed", "skipped"):
            logs = [f["log"] for f in report["failures"] if f["configuration"] == generator["id"] and f["log"]]
            rows.append({"generator": generator, "log": logs[0] if logs else ""})
    return rows


def _zero(report: Row) -> list[str]:
    """Return the controls that mark 0 of each aspect: 'Noise for Realistic'."""
    labels = {g["id"]: g["label"] for g in report["configurations"]}
    said = []
    for aspect in report["aspects"]:
        names = dict.fromkeys(labels.get(p["control"], p["control"]) for p in aspect["parts"] if p["control"])
        if names:
            said.append(f"{listed(list(names))} for {aspect['label']}")
    return said


def _parts(report: Row, found: list[Standing], n_real: int) -> list[dict[str, Any]]:
    """Return the parts of each aspect with every generator's score, as the mean over classes."""
    measures = index(report["measures"], "id")
    labels = {g["id"]: g["label"] for g in report["configurations"]}
    scores = _part_scores(report, n_real)
    rows = []
    for aspect in report["aspects"]:
        for part in aspect["parts"]:
            measure = measures.get((part["measure"],), {"id": part["measure"], "help": ""})
            cells = []
            for standing in found:
                who = standing.generator["id"]
                own = {p["measure"]: _mean(scores.get((who, p["measure"]))) for p in aspect["parts"]}
                known = [v for v in own.values() if v is not None]
                value = own[part["measure"]]
                cells.append({"text": fixed(value), "weakest": len(known) > 1 and value == min(known)})
            control = labels.get(part["control"], part["control"]) or "a fixed value"
            rows.append(
                {
                    "aspect": aspect["label"],
                    "title": measure_title(measure),
                    "help": measure["help"],
                    "control": control,
                    "scores": cells,
                }
            )
    return [row for row in rows if any(cell["text"] != DASH for cell in row["scores"])]


def _part_scores(report: Row, n_real: int) -> dict[tuple[str, str], list[float]]:
    """Return the calibrated scores of each (generator, part), one per class."""
    found: dict[tuple[str, str], list[float]] = {}
    for row in report["calibrated"]:
        if row["class"] is not None and row["n_real"] == n_real:
            for part in row["parts"]:
                if part["score"] is not None:
                    found.setdefault((row["configuration"], part["measure"]), []).append(part["score"])
    return found


def _mean(values: list[float] | None) -> float | None:
    return sum(values) / len(values) if values else None


@hookimpl
def bench_report_sections() -> list[type[Section]]:
    """Register the section."""
    return [Verdict]
