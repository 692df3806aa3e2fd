"""A histogram of distances: samples filled, held-out real images as a dashed outline, on shared scales."""

from __future__ import annotations

import math
from collections.abc import Sequence

from markupsafe import Markup

from reports._rows import Row
from reports._svg import colour, level, upright

TOP, BASE, HEIGHT = 26, 112, 134  # of the drawing, in px; x is percent


def histogram(panel: Row, generator: Row, top: float) -> Markup:
    """Return the figure of one panel; `top` is the share at the top of the scale."""
    end = panel["end"]
    body = Markup(
        '<svg class="plot" y="{top}" width="100%" height="{height}" viewBox="0 0 {n} 100" preserveAspectRatio="none">'
        '<path class="fill" d="{fill}"/><path class="line" d="{line}"/><path class="other" d="{other}"/>'
        '<path class="new" d="{new}"/></svg>'
    ).format(
        top=TOP,
        height=BASE - TOP,
        n=len(panel["to_train"]),
        fill=_steps(panel["to_train"], top, closed=True),
        line=_steps(panel["to_train"], top),
        other=_steps(panel["to_held_out"], top),
        new=_steps(panel["real_to_train"], top),
    )
    parts = [body, level("axis", 0, 100, BASE)]
    parts += [_tick(value, end) for value in ticks(end)]
    parts.append(_line("q01", panel["q01"], end, "1% of real", after=True))
    highest = max(panel["to_train"])
    if highest > top:
        x = (panel["to_train"].index(highest) + 1) / len(panel["to_train"]) * 100
        parts.append(Markup('<text class="tiny" x="{:.2f}%" dx="4" y="{}">{:.0%}</text>').format(x, TOP + 11, highest))
    if panel["threshold"] is not None:
        parts.append(_line("copy", panel["threshold"], end, "copy", after=False))
    said = (
        f"Distances from samples of {generator['label']} to the nearest training image: {panel['close']:.0%} are below "
        f"{panel['q01']:.2f}, the 1% quantile of held-out real images"
    )
    return Markup('<svg class="histogram {}" width="100%" height="{}" role="img" aria-label="{}">{}</svg>').format(
        colour(generator), HEIGHT, said, Markup("").join(parts)
    )


def ticks(end: float, about: int = 5) -> list[float]:
    """Return round values inside (0, end): multiples of 1, 2 or 5 times a power of ten."""
    if not end > 0:
        return []
    power = 10.0 ** math.floor(math.log10(end / about))
    step = next(power * m for m in (1, 2, 5, 10) if end / (power * m) <= about + 1)
    return [round(step * i, 10) for i in range(1, int(end / step) + 1) if step * i < end * 0.97]


def _steps(shares: Sequence[float], top: float, *, closed: bool = False) -> str:
    heights = [round(100 - min(share / top, 1) * 100, 1) for share in shares]
    path = f"M0 {heights[0] if not closed else 100:g}" + ("" if not closed else f"V{heights[0]:g}")
    for i, height in enumerate(heights):
        path += f"V{height:g}H{i + 1}"
    return path + ("V100Z" if closed else "")


def _tick(value: float, end: float) -> Markup:
    return Markup('<text class="tiny" x="{:.2f}%" y="{}" text-anchor="middle">{:g}</text>').format(
        value / end * 100, BASE + 17, value
    )


def _line(kind: str, value: float, end: float, label: str, *, after: bool) -> Markup:
    x = min(value / end * 100, 100)
    text = Markup('<text class="tiny" x="{:.2f}%" dx="{}" y="15" text-anchor="{}">{}</text>')
    return upright(kind, x, 6, BASE) + text.format(x, 5 if after else -5, "start" if after else "end", label)
