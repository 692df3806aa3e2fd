"""Ranking: which generator is better, and which differences could be chance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from benchmark.api import Section, hookimpl, p_text
from reports._rows import Row, generators, index, regime_title, regimes, working
from reports._svg import forest
from reports._template import render
from reports._text import DASH, counted, fixed, listed

FEW = 6  # with more generators than this, only comparisons with the best one are shown at first


class Ranking(Section):
    """Paired comparisons of generators, one panel per aspect, and their mean ranks."""

    name = "ranking"
    title = "Ranking"
    question = (
        "Is the difference real, or chance? For the same class and seed, two generators get the same training images, "
        "so their scores form a pair."
    )
    order = 30

    def render(self, report: Mapping[str, Any], data: Any) -> Markup:
        """Return one panel per aspect with one line per comparison, significant ones first, then by size."""
        if len(working(report)) < 2:
            return Markup('<p class="note">Ranking needs at least two generators that worked.</p>')
        found = [
            {"title": regime_title(report, n), "panels": panels(report, n), "faults": _faults(report, n)}
            for n in regimes(report)
        ]
        return render("ranking.html.j2", regimes=found)


def panels(report: Row, n_real: int) -> list[dict[str, Any]]:
    """Return one panel per compared aspect: its lines, and how far their axis reaches."""
    rows = {c["aspect"]: c for c in report["comparisons"] if c["n_real"] == n_real}
    reach = max((_reach(pair) for row in rows.values() for pair in row["pairs"]), default=0.0) or 1.0
    return [_panel(report, aspect, rows[aspect["id"]], reach) for aspect in report["aspects"] if aspect["id"] in rows]


def _faults(report: Row, n_real: int) -> str:
    """Return the proven faults that are too frequent for a recommendation, whatever the ranks: 'smote: all ...'."""
    labels = {g["id"]: g["label"] for g in working(report)}
    found: dict[str, list[str]] = {}
    for fault in report.get("faults", ()):
        if fault["n_real"] == n_real and fault["serious"] and fault["configuration"] in labels:
            found.setdefault(labels[fault["configuration"]], []).append(fault["text"])
    return "; ".join(f"{label}: {listed(faults)}" for label, faults in found.items())


def _reach(pair: Row) -> float:
    """Return how far from 0 the drawing of a comparison reaches; at most 1.2."""
    return min(1.2, max(abs(float(pair[end])) for end in ("difference", "lo", "hi") if pair[end] is not None))


def _panel(report: Row, aspect: Row, row: Row, reach: float) -> dict[str, Any]:
    named = index(generators(report), "id")
    lines = [_line(pair, named, reach) for pair in row["pairs"]]
    ranks = sorted(row["mean_ranks"].items(), key=lambda item: item[1])
    shown, rest = lines, []
    if len(working(report)) > FEW and ranks:
        best = ranks[0][0]
        shown = [line for line in lines if best in line["ids"]]
        rest = [line for line in lines if best not in line["ids"]]
    return {
        "label": aspect["label"],
        "reach": reach,
        "lines": shown,
        "rest": rest,
        "advice": row["advice"],
        "ranks": [(named[(config,)]["label"], fixed(rank, 1)) for config, rank in ranks if (config,) in named],
        "friedman": None if row["friedman"] is None else p_text(row["friedman"]),
        "nothing": "" if lines else _absent(report, aspect, row["n_real"]),
    }


def _line(pair: Row, named: Mapping[Any, Row], reach: float) -> dict[str, Any]:
    """Return one comparison, the better generator first."""
    swap = pair["difference"] < 0
    first, second = (named[(pair[name],)] for name in (("b", "a") if swap else ("a", "b")))
    difference, (lo, hi) = abs(pair["difference"]), (pair["lo"], pair["hi"])
    if swap and lo is not None:
        lo, hi = -hi, -lo
    clear = pair["word"] in ("<", ">")
    wins, losses = (pair["losses"], pair["wins"]) if swap else (pair["wins"], pair["losses"])
    said = f"+{fixed(difference)}, {p_text(pair['holm'])}" if clear else pair["word"]
    unit = {"classes": "class", "seeds": "seed"}.get(pair["over"], "pair")
    record = f"{counted(wins, 'win')} and {counted(losses, 'loss')} in {counted(pair['n'], unit)}"
    return {
        "ids": {pair["a"], pair["b"]},
        "first": first,
        "second": second,
        "sign": ">" if clear else "vs.",
        "score": difference,
        "lo": lo,
        "hi": hi,
        "sure": clear,
        "said": said,
        "detail": f"median {fixed(abs(pair['median']))}; {record}",
        "strip": forest(first, difference, lo, hi, reach, f"{first['label']} against {second['label']}: {said}"),
    }


def _absent(report: Row, aspect: Row, n_real: int) -> str:
    rows = [
        r
        for r in report["calibrated"]
        if r["aspect"] == aspect["id"] and r["n_real"] == n_real and r["class"] is None and r["status"] != "ok"
    ]
    reasons: Sequence[str] = list(dict.fromkeys(r["reason"] for r in rows if r["reason"]))[:2]
    return listed(reasons) or DASH


@hookimpl
def bench_report_sections() -> list[type[Section]]:
    """Register the section."""
    return [Ranking]
