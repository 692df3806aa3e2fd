"""Marks and strips as SVG. Positions along x are percent, so that figures stretch and type does not."""

from __future__ import annotations

from markupsafe import Markup

from reports._rows import REAL, Row
from reports._text import fixed

SHAPES = (
    "M-6-3.6-3.6-6 0-2.4 3.6-6 6-3.6 2.4 0 6 3.6 3.6 6 0 2.4-3.6 6-6 3.6-2.4 0Z",  # 0: control, a cross
    "M0-6.5 6.6 5H-6.6Z",  # 1: triangle
    "M-5-5H5V5H-5Z",  # 2: square
    "M0-7 7 0 0 7-7 0Z",  # 3: diamond
    "M-6.6-5H6.6L0 6.5Z",  # 4: triangle down
    "M-2-6.2H2V-2H6.2V2H2V6.2H-2V2H-6.2V-2H-2Z",  # 5: plus
    "M-6 0A6 6 0 1 1 6 0A6 6 0 1 1-6 0ZM-2.6 0A2.6 2.6 0 1 0 2.6 0A2.6 2.6 0 1 0-2.6 0Z",  # 6: ring
)
DOT = "M-5.5 0A5.5 5.5 0 1 1 5.5 0A5.5 5.5 0 1 1-5.5 0Z"
LEAST, MOST = -0.04, 1.12  # ends of the calibrated axis; marks outside are drawn at the end, numbers stay true


def colour(generator: Row) -> str:
    """Return the CSS classes for a generator's colour and for whether its mark is hollow."""
    return f"s{generator['slot']}" + (" hollow" if generator.get("hollow") else "")


def path_of(generator: Row) -> Markup:
    """Return the mark of a generator, centred at the origin."""
    return Markup('<path class="mark" d="{}"/>').format(mark_of(generator))


def mark_of(generator: Row) -> str:
    """Return the outline of a generator's mark as SVG path data."""
    real = generator.get("real") or generator["id"] == REAL
    return DOT if real else SHAPES[generator["slot"]]


def token_of(generator: Row) -> str:
    """Return the name of a generator's colour among the page's tokens."""
    return f"g{generator['slot']}" if generator["slot"] else "real"


def icon(generator: Row) -> Markup:
    """Return a generator's mark for running text."""
    return Markup(
        '<svg class="icon {}" width="16" height="16" viewBox="-8 -8 16 16" aria-hidden="true">{}</svg>'
    ).format(colour(generator), path_of(generator))


def mark_at(generator: Row, percent: float, y: float) -> Markup:
    """Return a generator's mark at a position in a figure."""
    return Markup('<svg x="{:.2f}%" y="{}" overflow="visible">{}</svg>').format(percent, y, path_of(generator))


def level(kind: str, left: float, right: float, y: float) -> Markup:
    """Return a horizontal line between two positions in percent."""
    line = Markup('<line class="{0}" x1="{1:.2f}%" x2="{2:.2f}%" y1="{3:.4g}" y2="{3:.4g}"/>')
    return line.format(kind, left, right, y)


def upright(kind: str, percent: float, top: float, base: float) -> Markup:
    """Return a vertical line at a position in percent."""
    return Markup('<line class="{0}" x1="{1:.2f}%" x2="{1:.2f}%" y1="{2}" y2="{3}"/>').format(kind, percent, top, base)


def place(value: float) -> float:
    """Return the position of a calibrated score, in percent of the strip."""
    return (min(max(value, LEAST), MOST) - LEAST) / (MOST - LEAST) * 100


def strip(generator: Row, row: Row, aspect: str) -> Markup:
    """Return the strip of one calibrated score: axis, ticks at 0 and 1, interval, mark."""
    score, lo, hi = row["score"], row["lo"], row["hi"]
    parts = [level("axis", place(0), place(1), 13), upright("tick", place(0), 5, 21), upright("tick", place(1), 5, 21)]
    said = f"{aspect}: {row['status'].replace('-', ' ')}"
    if score is not None:
        said = f"{aspect}: {fixed(score)}"
        if lo is not None and hi is not None:
            said += f", 95% interval {fixed(lo)} to {fixed(hi)}"
            parts.append(level("interval", place(lo), place(hi), 13))
        parts.append(mark_at(generator, place(score), 13))
    return Markup('<svg class="strip {}" width="100%" height="26" role="img" aria-label="{}">{}</svg>').format(
        "s0" if row["status"] == "not-meaningful" else colour(generator), said, Markup("").join(parts)
    )


def forest(generator: Row, value: float, lo: float | None, hi: float | None, reach: float, said: str) -> Markup:
    """Return the strip of one difference on an axis from -reach to reach, clamped at its ends."""

    def at(number: float) -> float:
        return (min(max(number / reach, -1.0), 1.0) * 0.94 + 1) * 50

    parts = [level("axis", at(-reach), at(reach), 13), upright("tick", 50, 5, 21)]
    if lo is not None and hi is not None:
        parts.append(level("interval", at(lo), at(hi), 13))
    parts.append(mark_at(generator, at(value), 13))
    return Markup('<svg class="strip {}" width="100%" height="26" role="img" aria-label="{}">{}</svg>').format(
        colour(generator), said, Markup("").join(parts)
    )
