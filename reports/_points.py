"""Static maps: clouds of dots in two dimensions, and in three as seen from a fixed place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from markupsafe import Markup

from benchmark.api import Array
from reports._rows import Row
from reports._svg import colour

YAW, PITCH = np.deg2rad(32), np.deg2rad(24)     # from above and to the side: three faces of the cube are seen
DISTANCE = 6.0                                  # of the eye, in half edges of the cube
BANDS = 5                                       # steps of depth
CORNERS = np.array([(x, y, z) for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], dtype=float)


def flat_map(points: Sequence[int], n: int, generator: Row, label: str) -> Markup:
    """Return the map in two dimensions: the first `n` points in the generator's colour over the rest in grey."""
    places = np.array(points, dtype=float).reshape(-1, 2) / 1000 * 92
    places[:, 1] *= -1
    dots = _dots(places[n:], "far", 3.4) + _dots(places[:n], "own", 4.2)
    return _frame(generator, label, dots)


def solid_map(points: Sequence[int], n: int, generator: Row, label: str) -> Markup:
    """Return the map in three dimensions: far dots first, smaller and paler."""
    cube = np.array(points, dtype=float).reshape(-1, 3) / 1000
    places, depth = seen(cube)
    nearness = (depth - depth.min()) / (np.ptp(depth) or 1)
    band = np.minimum((nearness * BANDS).astype(int), BANDS - 1)
    own = np.arange(len(cube)) < n
    parts = [_edges()]
    for step in range(BANDS):
        size = 2.4 + 0.62 * step
        parts.append(_dots(places[(band == step) & ~own], f"far d{step}", round(size, 2)))
        parts.append(_dots(places[(band == step) & own], f"own d{step}", round(size + 0.5, 2)))
    return _frame(generator, label, Markup("").join(parts))


def seen(cube: Array) -> tuple[Array, Array]:
    """Return where points of the cube [-1, 1]^3 are seen (x, y) in a frame of +-100, and how near they are."""
    x, y, z = np.asarray(cube, dtype=float).T
    across, away = x * np.cos(YAW) - z * np.sin(YAW), x * np.sin(YAW) + z * np.cos(YAW)
    up, near = y * np.cos(PITCH) - away * np.sin(PITCH), y * np.sin(PITCH) + away * np.cos(PITCH)
    scale = 64 * DISTANCE / (DISTANCE - near)
    return np.stack([across * scale, -up * scale], axis=1), near


def _edges() -> Markup:
    """Return the three edges of the cube that meet in its farthest corner, for a sense of space."""
    places, near = seen(CORNERS)
    far = int(near.argmin())
    ends = [i for i in range(8) if np.abs(CORNERS[i] - CORNERS[far]).sum() == 2]
    lines = "".join(f"M{_pair(places[far])}L{_pair(places[i])}" for i in ends)
    faces = [[far, a, int(np.flatnonzero((CORNERS == CORNERS[a] + CORNERS[b] - CORNERS[far]).all(axis=1))[0]), b]
             for a, b in ((ends[0], ends[1]), (ends[1], ends[2]), (ends[0], ends[2]))]
    outline = "".join("M" + "L".join(_pair(places[i]) for i in face) + "Z" for face in faces)
    return Markup('<path class="wall" d="{}"/><path class="edge" d="{}"/>').format(outline, lines)


def _pair(place: Any) -> str:
    return f"{place[0]:.0f} {place[1]:.0f}"


def _dots(places: Array, kind: str, size: float) -> Markup:
    """Return dots as zero-length strokes with round caps: one path, ten bytes a point."""
    if not len(places):
        return Markup("")
    moves = "".join(f"M{x:.0f} {y:.0f}h0" for x, y in places * 10)
    return Markup('<path class="{}" stroke-width="{:.0f}" transform="scale(.1)" d="{}"/>').format(kind, size * 10, moves)


def _frame(generator: Row, label: str, content: Markup) -> Markup:
    return Markup('<svg class="map {}" viewBox="-100 -100 200 200" role="img" aria-label="{}">{}</svg>').format(
        colour(generator), label, content
    )
