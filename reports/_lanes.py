"""Calibrated scores of several generators in one figure: one lane per generator, with ticks at 0 and 1."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from reports._rows import Row
from reports._svg import colour, level, mark_at, place, upright
from reports._text import DASH, fixed, interval

LANE, EDGE = 17, 6  # px: height of a lane, and the margin above the first and below the last


def lanes(title: str, lines: Sequence[tuple[Row, Row | None]]) -> Markup:
    """Return the figure of (generator, calibrated row) pairs; a lane without a score shows its status instead."""
    height = LANE * len(lines) + 2 * EDGE
    parts = [upright("tick", place(0), 0, height), upright("tick", place(1), 0, height)]
    parts += [_lane(generator, row, EDGE + LANE * (i + 0.5)) for i, (generator, row) in enumerate(lines)]
    said = "; ".join(f"{generator['label']} {_reading(row)}" for generator, row in lines)
    return Markup('<svg class="lanes" width="100%" height="{}" role="img" aria-label="{}: {}">{}</svg>').format(
        height, title, said, Markup("").join(parts)
    )


def _lane(generator: Row, row: Row | None, y: float) -> Markup:
    parts = [level("axis", place(0), place(1), y)]
    if row is None or row["score"] is None:
        word = Markup('<text class="tiny" x="{:.2f}%" dx="8" y="{:.1f}">{} {}</text>')
        return word.format(place(0), y + 4.5, DASH, _status(row))
    if row["lo"] is not None and row["hi"] is not None:
        parts.append(level("interval", place(row["lo"]), place(row["hi"]), y))
    parts.append(mark_at(generator, place(row["score"]), y))
    return Markup('<g class="{}">{}</g>').format(
        "s0" if row["status"] == "not-meaningful" else colour(generator), Markup("").join(parts)
    )


def _status(row: Row | None) -> str:
    return "not judged" if row is None else str(row["status"]).replace("-", " ")


def _reading(row: Row | None) -> str:
    if row is None or row["score"] is None:
        return _status(row)
    between = interval(row["lo"], row["hi"])
    return fixed(row["score"]) + (f" ({between})" if between else "")
