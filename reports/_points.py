"""Static maps: clouds of dots in two dimensions, and in three dimensions from a fixed viewpoint."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from markupsafe import Markup

from benchmark.api import Array
from reports._rows import Row
from reports._svg import colour

YAW, PITCH = np.deg2rad(32), np.deg2rad(24)  # from above and the side, so that two walls and the floor are visible
DISTANCE = 5.0  # of the eye, in units of half the longest edge of the box
BANDS = 5  # steps of depth
EDGE = 92  # of the drawing, out of 100
CORNERS = np.array([(x, y, z) for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], dtype=float)
BACK = (("floor", (0, 1, 5, 4)), ("wall", (0, 2, 3, 1)), ("wall", (0, 4, 6, 2)))  # these meet in the farthest corner, 0


def flat_map(points: Sequence[int], n: int, generator: Row, label: str) -> Markup:
    """Return the 2D map: the first `n` points in the generator's colour, over the rest in grey."""
    places = np.array(points, dtype=float).reshape(-1, 2) / 1000 * 92
    places[:, 1] *= -1
    finer = _finer(len(places))
    dots = _dots(places[n:], "far", 3.4 * finer) + _dots(places[:n], "own", 4.2 * finer)
    return _frame(generator, label, dots)


def solid_map(points: Sequence[int], n: int, generator: Row, label: str) -> Markup:
    """Return the 3D map in a box around the points: distant dots first, smaller and paler."""
    cube = np.array(points, dtype=float).reshape(-1, 3) / 1000
    box, _ = seen(CORNERS * np.abs(cube).max(axis=0))
    middle, scale = (box.max(axis=0) + box.min(axis=0)) / 2, EDGE / (np.ptp(box, axis=0).max() / 2 or 1)
    places, nearness = seen(cube)
    places = (places - middle) * scale
    nearness = (nearness - nearness.min()) / (np.ptp(nearness) or 1)
    band = np.minimum((nearness * BANDS).astype(int), BANDS - 1)
    own = np.arange(len(cube)) < n
    parts = [_box((box - middle) * scale)]
    for step in range(BANDS):
        size, finer = 2.4 + 0.62 * step, _finer(len(cube))
        parts.append(_dots(places[(band == step) & ~own], f"far d{step}", size * finer))
        parts.append(_dots(places[(band == step) & own], f"own d{step}", (size + 0.5) * finer))
    return _frame(generator, label, Markup("").join(parts))


def seen(points: Array) -> tuple[Array, Array]:
    """Return where points in space appear (x to the right, y down) and how near they are."""
    x, y, z = np.asarray(points, dtype=float).T
    across, away = x * np.cos(YAW) - z * np.sin(YAW), x * np.sin(YAW) + z * np.cos(YAW)
    up, near = y * np.cos(PITCH) - away * np.sin(PITCH), y * np.sin(PITCH) + away * np.cos(PITCH)
    scale = DISTANCE / (DISTANCE - near)
    return np.stack([across * scale, -up * scale], axis=1), near


def _box(corners: Array) -> Markup:
    """Return the floor and the two walls behind the points, which give a sense of depth."""
    parts = []
    for kind, face in BACK:
        outline = "L".join(f"{x:.0f} {y:.0f}" for x, y in corners[list(face)])
        parts.append(Markup('<path class="{}" d="M{}Z"/>').format(kind, outline))
    return Markup("").join(parts)


def _finer(n: int) -> float:
    """Return the factor by which dots shrink when there are more than 500."""
    return float(np.sqrt(500 / max(n, 500)))


def _dots(places: Array, kind: str, size: float) -> Markup:
    """Return dots as zero-length strokes with round caps: one path, ten bytes per point."""
    if not len(places):
        return Markup("")
    moves = "".join(f"M{x:.0f} {y:.0f}h0" for x, y in places * 10)
    path = Markup('<path class="{}" stroke-width="{:.0f}" transform="scale(.1)" d="{}"/>')
    return path.format(kind, size * 10, moves)


def _frame(generator: Row, label: str, content: Markup) -> Markup:
    return Markup('<svg class="map {}" viewBox="-100 -100 200 200" role="img" aria-label="{}">{}</svg>').format(
        colour(generator), label, content
    )
