"""The joint t-SNE and UMAP: each generator alone over held-out real images, a figure a method."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from matplotlib.figure import Figure

from reports._atlas import points_of, rows_of
from reports._figures.style import GREY, PAGE, RULE, colour
from reports._rows import HELD_OUT, REAL, Row, controls, index, regimes, working


def figures(report: Row) -> Iterator[tuple[str, Figure]]:
    """Yield a figure a method and regime, in two dimensions."""
    maps = index(report["sections"].get("map") or [], "n_real")
    fresh = [{**c, "label": "Real against real"} for c in controls(report) if c["id"] == REAL]
    for n_real in regimes(report):
        found = maps.get((n_real,))
        shown = [g for g in (*fresh, *working(report)) if found and len(rows_of(found, g["id"]))]
        for method in ("tsne", "umap"):
            if found and shown and f"{method}2" in found["proj"]:
                end = f"-{n_real}" if len(regimes(report)) > 1 else ""
                yield f"map-{method}{end}", _figure(found, f"{method}2", shown)


def _figure(found: Row, projection: str, shown: Sequence[Row], across: int = 4) -> Figure:
    columns = min(across, len(shown))
    rows = -(-len(shown) // columns)
    wide = PAGE / max(columns, 3)
    figure = Figure(figsize=(wide * columns, rows * (wide + 0.2)))
    grid = figure.subplots(rows, columns, squeeze=False, subplot_kw={"aspect": "equal"}).ravel()
    points = points_of(found, projection)
    far = points[rows_of(found, str(HELD_OUT["id"]))]
    for axes in grid[len(shown) :]:
        axes.set_axis_off()
    for axes, generator in zip(grid, shown, strict=False):
        own = points[rows_of(found, generator["id"])]
        axes.scatter(*far.T, s=3, color=GREY, alpha=0.35, linewidths=0)
        axes.scatter(*own.T, s=4, color=colour(generator), linewidths=0)
        axes.set(xlim=(-1.05, 1.05), ylim=(-1.05, 1.05), xticks=[], yticks=[])
        for side in axes.spines.values():
            side.set(visible=True, color=RULE)
        axes.set_title(str(generator["label"]), fontsize=7)
    return figure
