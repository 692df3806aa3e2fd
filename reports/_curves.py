"""Training curves: each labelled at its end, on scales shared by the classes of one generator."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import groupby
from typing import Any

from markupsafe import Markup

from reports._histogram import ticks
from reports._rows import Row
from reports._svg import colour, level, upright
from reports._text import fixed

TOP, BASE, HEIGHT = 8, 158, 186  # of the drawing, in px
LEFT, RIGHT = 4.5, 86.0  # of the plot, in percent; the labels are outside
NARROWEST = 15  # least px between two labels


def curves_figure(history: Row, generator: Row, ends: tuple[float, float], *, adversarial: bool) -> Markup:
    """Return the figure; `ends` are the smallest and the largest value. Adversarial curves get a line at ln 2."""
    last = max(p[0] for c in history["curves"].values() for p in c["points"])
    last = max([last, *history["moments"]]) or 1
    low, high = ends[0], ends[1] + (ends[1] - ends[0] or 1) * 0.05

    def down(value: float) -> float:
        return BASE - (value - low) / (high - low) * (BASE - TOP)

    parts = [_grid_line(v, down(v)) for v in ticks(high, 3) if v > low]
    parts += _moments(history["moments"] or [round(last)], last)
    if adversarial and low < math.log(2) < high:
        parts.append(level("even", LEFT, RIGHT, down(math.log(2))))
    parts.append(_plot(history["curves"], last, low, high))
    parts += _labels(history["curves"], down)
    said = "; ".join(f"{name} ends at {fixed(end)}" for name, end in _ends(history["curves"]).items())
    return Markup(
        '<svg class="curves {}" width="100%" height="{}" role="img" aria-label="Training curves of {}: {}">{}</svg>'
    ).format(colour(generator), HEIGHT, generator["label"], said, Markup("").join(parts))


def _across(step: float, last: float) -> float:
    return LEFT + step / last * (RIGHT - LEFT)


def _grid_line(value: float, y: float) -> Markup:
    label = Markup('<text x="{}%" dx="-7" y="{:.1f}" text-anchor="end">{:g}</text>').format(LEFT, y + 4.5, value)
    return level("hair", LEFT, RIGHT, y) + label


def _moments(moments: Sequence[float], last: float) -> list[Markup]:
    """Return a hairline at each moment; labels that would touch are left out, except the last one."""
    parts, free = [], 1e9
    for step in sorted(moments, reverse=True):
        x = _across(step, last)
        parts.append(upright("hair", x, TOP, BASE))
        if free - x >= 8:
            parts.append(Markup('<text x="{:.2f}%" y="{}" text-anchor="middle">{:,}</text>').format(x, BASE + 18, step))
            free = x
    return parts


def _plot(curves: Row, last: float, low: float, high: float) -> Markup:
    paths = []
    for order, curve in enumerate(curves.values()):
        lines = [
            "M" + "L".join(f"{s / last * 1000:.0f} {(high - v) / (high - low) * 1000:.0f}" for s, v in points)
            for points in _unbroken(curve["points"])
        ]
        paths.append(Markup('<path class="c{}" d="{}"/>').format(min(order, 3), "".join(lines)))
    return Markup(
        '<svg class="plot" x="{}%" y="{}" width="{}%" height="{}" viewBox="0 0 1000 1000" preserveAspectRatio="none">'
        "{}</svg>"
    ).format(LEFT, TOP, RIGHT - LEFT, BASE - TOP, Markup("").join(paths))


def _unbroken(points: Sequence[Any]) -> list[list[Any]]:
    """Return the points between the gaps of a curve."""
    return [[*own] for drawn, own in groupby(points, lambda point: point[1] is not None) if drawn]


def _ends(curves: Row) -> dict[str, float]:
    """Return the last value of each curve; nothing for a curve that is all gap."""
    known = {name: [value for _, value in curve["points"] if value is not None] for name, curve in curves.items()}
    return {name: values[-1] for name, values in known.items() if values}


def _labels(curves: Row, down: Any) -> list[Markup]:
    """Return the name and the last value at the end of each curve, moved apart where they would touch."""
    ends = sorted((down(end), name, end) for name, end in _ends(curves).items())
    parts, free = [], -1e9
    label = Markup('<text class="end" x="{}%" dx="6" y="{:.1f}">{} {}</text>')
    for y, name, value in ends:
        free = max(y, free + NARROWEST)
        parts.append(label.format(RIGHT, free + 4.5, name, fixed(value)))
    return parts
