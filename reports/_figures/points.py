"""Maps: each generator alone over held-out real images in grey, on the one map that all are on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from benchmark.api import Array
from reports._atlas import points_of, rows_of
from reports._figures.style import INK, PAGE, REAL_COLOUR, SHAPES, colour
from reports._rows import HELD_OUT, REAL, Row, controls, regimes, working


def figures(report: Row) -> Iterator[tuple[str, Figure]]:
    """Yield a figure a method and number of training images, real against real first."""
    real: list[Row] = [{**c, "label": "Real against real"} for c in controls(report) if c["id"] == REAL]
    for found in report["sections"].get("map") or []:
        shown = [g for g in [*real, *working(report)] if len(rows_of(found, g["id"]))]
        end = f"-{found['n_real']}" if len(regimes(report)) > 1 else ""
        for method in ("tsne", "umap"):
            if shown and f"{method}2" in found["proj"]:
                yield f"map-{method}{end}", _figure(report, found, points_of(found, f"{method}2"), shown)


def _figure(report: Row, found: Row, points: Array, shown: Sequence[Row], across: int = 4) -> Figure:
    columns = min(across, len(shown))
    rows = -(-len(shown) // columns)
    wide = PAGE / max(columns, 3)
    figure = Figure(figsize=(wide * columns, rows * (wide + 0.2)))
    grid = figure.subplots(rows, columns, squeeze=False, sharex=True, sharey=True).ravel()
    for axes in grid:
        axes.set_axis_off()
    for axes, generator in zip(grid, shown, strict=False):
        _panel(axes, points[rows_of(found, HELD_OUT["id"])], points[rows_of(found, generator["id"])], generator)
        for name, centre in _centres(report, found, points).items():
            axes.text(*centre, name, ha="center", va="center", fontsize=9, fontweight="bold", color=INK)
    return figure


def _panel(axes: Any, real: Array, own: Array, generator: Row) -> None:
    axes.set_aspect("equal")
    axes.set_title(str(generator["label"]), fontsize=7)
    axes.scatter(*real.T, s=2, marker="o", color=REAL_COLOUR, alpha=0.35, linewidths=0)
    hollow = bool(generator.get("hollow"))
    shape = "o" if generator["id"] == REAL else SHAPES[generator["slot"]]
    axes.scatter(*own.T, s=3, marker=shape, alpha=0.8, linewidths=0.4 if hollow else 0,
                 edgecolors=colour(generator) if hollow else "none", facecolors="none" if hollow else colour(generator))


def _centres(report: Row, found: Row, points: Array) -> dict[str, Array]:
    """Return the median of each class's held-out images; {} where there is one class."""
    names = {c["label"]: str(c["name"]) for c in report["classes"]}
    starts = np.cumsum([0, *(n for _, _, n in found["strata"])])
    own = [i for i, (s, _, _) in enumerate(found["strata"]) if found["src"][s] == HELD_OUT["id"]]
    if len(own) < 2:                            # one class needs no name
        return {}
    return {names[found["strata"][i][1]]: np.median(points[starts[i] : starts[i + 1]], axis=0) for i in own}
