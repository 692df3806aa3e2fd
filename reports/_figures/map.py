"""The joint t-SNE and UMAP: each generator alone over held-out real images, one figure per method."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from benchmark.api import Array
from reports._atlas import points_of, rows_of
from reports._figures.style import GREY, INK, PAGE, RULE, SHAPES, colour
from reports._rows import HELD_OUT, REAL, Row, controls, index, regimes, working


def figures(report: Row) -> Iterator[tuple[str, Figure]]:
    """Yield one figure per method and number of training images, in two dimensions."""
    maps = index(report["sections"].get("map") or [], "n_real")
    fresh: list[Row] = [{**c, "label": "Real against real"} for c in controls(report) if c["id"] == REAL]
    for n_real in regimes(report):
        found = maps.get((n_real,))
        shown = [g for g in (*fresh, *working(report)) if found and len(rows_of(found, g["id"]))]
        for method in ("tsne", "umap"):
            if found and shown and f"{method}2" in found["proj"]:
                end = f"-{n_real}" if len(regimes(report)) > 1 else ""
                yield f"map-{method}{end}", _figure(report, found, points_of(found, f"{method}2"), shown)


def _figure(report: Row, found: Row, points: Array, shown: Sequence[Row], across: int = 4) -> Figure:
    columns = min(across, len(shown))
    rows = -(-len(shown) // columns)
    wide = PAGE / max(columns, 3)
    figure = Figure(figsize=(wide * columns, rows * (wide + 0.2)))
    grid = figure.subplots(rows, columns, squeeze=False, subplot_kw={"aspect": "equal"}).ravel()
    far, names = points[rows_of(found, str(HELD_OUT["id"]))], _centres(report, found, points)
    for axes in grid[len(shown) :]:
        axes.set_axis_off()
    for axes, generator in zip(grid, shown, strict=False):
        axes.scatter(*far.T, s=3, color=GREY, alpha=0.35, linewidths=0)
        axes.scatter(*points[rows_of(found, generator["id"])].T, **_marks(generator))
        for name, centre in names.items():
            axes.text(*centre, name, ha="center", va="center", fontsize=9, fontweight="bold", color=INK)
        axes.set(xlim=(-1.05, 1.05), ylim=(-1.05, 1.05), xticks=[], yticks=[])
        for side in axes.spines.values():
            side.set(visible=True, color=RULE)
        axes.set_title(str(generator["label"]), fontsize=7)
    return figure


def _marks(generator: Row) -> dict[str, Any]:
    """Return the marks of a generator, which differ in shape and colour as on the page."""
    own, hollow = colour(generator), bool(generator.get("hollow"))
    shape = "o" if generator["id"] == REAL else SHAPES[generator["slot"]]
    inside = "none" if hollow else own
    return {"s": 5, "marker": shape, "linewidths": 0.5 * hollow, "edgecolors": own, "facecolors": inside}


def _centres(report: Row, found: Row, points: Array) -> dict[str, Array]:
    """Return the middle (median) of each class of held-out images; {} if there is only one class."""
    names = {c["label"]: str(c["name"]) for c in report["classes"]}
    ends = np.cumsum([n for _, _, n in found["strata"]])
    parts = zip(found["strata"], np.split(points, ends[:-1]), strict=True)
    centres = {
        names[label]: np.median(part, axis=0)
        for (source, label, _), part in parts
        if found["src"][source] == HELD_OUT["id"] and label in names
    }
    return centres if len(centres) > 1 else {}
