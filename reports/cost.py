"""Cost: seconds to fit, images per second, memory."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from benchmark.api import Section, hookimpl
from reports._rows import Row, regime_title, regimes, working
from reports._svg import colour, level, mark_at, upright
from reports._template import render
from reports._text import brief

END = 52.0  # percent of the width: the number follows the mark
SHORTEST = 0.001  # seconds; clocks cannot resolve less


class Cost(Section):
    """Time and memory that each generator takes, on logarithmic scales."""

    name = "cost"
    title = "Cost"
    question = "How much time and memory does it take? The scales are logarithmic: each step is ten times more."
    order = 85

    def render(self, report: Mapping[str, Any], data: Any) -> Markup:
        """Return one row per generator, sorted by the seconds that fitting takes."""
        parts = [_regime(report, n_real) for n_real in regimes(report)]
        return render("cost.html.j2", parts=[p for p in parts if p["rows"]], run=report["run"])


def _regime(report: Row, n_real: int) -> dict[str, Any]:
    measured = []
    for generator in working(report):
        cells = [c for c in report["cells"] if _is_of(c, generator, n_real)]
        if cells:
            measured.append((generator, _means(report, cells)))
    measured.sort(key=lambda pair: (pair[1]["fit"] is None, pair[1]["fit"] or 0, pair[0]["id"]))
    scales = {name: Scale([m[key] for _, m in measured for key in keys]) for name, keys in COLUMNS.items()}
    return {
        "title": regime_title(report, n_real),
        "rows": [{"generator": g, "cells": [_cell(g, m, name, scales[name]) for name in COLUMNS]} for g, m in measured],
        "heads": [{"title": name, "start": scales[name].start} for name in COLUMNS],
    }


COLUMNS: dict[str, tuple[str, ...]] = {
    "Fit, CPU seconds": ("fit", "wall"),
    "Images per second": ("speed",),
    "Peak memory, MiB": ("memory",),
}
FORMATS: dict[str, Callable[[Row], str]] = {
    "Fit, CPU seconds": lambda m: ", ".join(
        f"{_seconds(m[key])} {word}" for key, word in (("fit", "CPU"), ("wall", "wall")) if m[key] is not None
    ),
    "Images per second": lambda m: brief(m["speed"]),
    "Peak memory, MiB": lambda m: f"{m['memory']:,.0f} MiB",
}


def _seconds(value: float) -> str:
    return f"{brief(value)} s" if value >= SHORTEST else f"< {SHORTEST:g} s"


def _is_of(cell: Row, generator: Row, n_real: int) -> bool:
    return bool(cell["configuration"] == generator["id"] and cell["n_real"] == n_real and cell["status"] == "ok")


def _means(report: Row, cells: Sequence[Row]) -> dict[str, float | None]:
    def mean(name: str) -> float | None:
        values = [c[name] for c in cells if c[name] is not None]
        return sum(values) / len(values) if values else None

    sampling = mean("sample_seconds")
    cpu, wall = mean("fit_cpu_seconds"), mean("fit_seconds")
    fit = wall if cpu is None else cpu
    return {
        "fit": fit,
        "wall": wall,
        "speed": report["run"]["data"]["n_synthetic"] / sampling if sampling else None,
        "memory": mean("peak_rss_mib"),
    }


class Scale:
    """A logarithmic scale over the whole powers of ten that span all values, from `SHORTEST` up."""

    def __init__(self, values: Sequence[float | None]) -> None:
        """Fit the scale to values; None is ignored."""
        logs = [math.log10(max(v, SHORTEST)) for v in values if v is not None] or [0.0]
        self.low = math.floor(min(logs))
        self.high = max(math.ceil(max(logs)), self.low + 1)

    def place(self, value: float) -> float:
        """Return the position of a value, in percent."""
        return (math.log10(max(value, SHORTEST)) - self.low) / (self.high - self.low) * END

    @property
    def start(self) -> str:
        """The value at the start of the scale."""
        return f"{10.0**self.low:,.{max(0, -self.low)}f}"

    @property
    def steps(self) -> list[float]:
        """The positions of the powers of ten."""
        return [i / (self.high - self.low) * END for i in range(self.high - self.low + 1)]


def _cell(generator: Row, measured: Row, name: str, scale: Scale) -> dict[str, Any]:
    value = measured[COLUMNS[name][0]]
    if value is None:
        return {"title": name, "svg": "", "text": "not measured"}
    x = scale.place(value)
    parts = [level("axis", 0, x, 13), *(upright("step", s, 10, 16) for s in scale.steps if s < x)]
    end = x
    if name.startswith("Fit") and measured["wall"]:
        end = max(x, scale.place(measured["wall"]))
        parts.append(level("interval", x, end, 13))
    parts.append(mark_at(generator, x, 13))
    text = FORMATS[name](measured)
    parts.append(Markup('<text x="{:.2f}%" dx="12" y="17.5">{}</text>').format(end, text))
    svg = Markup('<svg class="dots {}" width="100%" height="26" role="img" aria-label="{}: {}">{}</svg>').format(
        colour(generator), name, text, Markup("").join(parts)
    )
    return {"title": name, "svg": svg, "text": ""}


@hookimpl
def bench_report_sections() -> list[type[Section]]:
    """Register the section."""
    return [Cost]
