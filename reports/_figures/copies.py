"""Distances to the nearest training image: one figure per class."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from reports._figures.style import COLUMN, GREY, PAGE, colour
from reports._rows import Row, index, regimes, working
from reports.copies import top_share


def figures(report: Row) -> Iterator[tuple[str, Figure]]:
    """Yield one figure per class and number of training images, all on the same scales."""
    data = report["sections"].get("copies") or []
    panels = index(data, "configuration", "class", "n_real")
    for n_real in regimes(report):
        for entry in report["classes"]:
            found = [(g, panels.get((g["id"], entry["label"], n_real))) for g in working(report)]
            shown = [(g, panel) for g, panel in found if panel]
            if shown:
                end = f"-{n_real}" if len(regimes(report)) > 1 else ""
                yield f"copies-{entry['name']}{end}", _figure(shown, top_share(data))


def _figure(shown: Sequence[tuple[Row, Row]], top: float, across: int = 4) -> Figure:
    columns = min(across, len(shown))
    rows = -(-len(shown) // columns)
    width = COLUMN if columns < 3 else PAGE
    figure = Figure(figsize=(width, 1.35 * rows + 0.1))
    grid = figure.subplots(rows, columns, squeeze=False, sharex=True, sharey=True).ravel()
    for axes in grid[len(shown) :]:
        axes.set_axis_off()
    for axes, (generator, panel) in zip(grid, shown, strict=False):
        _panel(axes, generator, panel)
        axes.set_ylim(0, top)
    grid[0].set_xlabel("distance to training")
    return figure


def _panel(axes: Any, generator: Row, panel: Row) -> None:
    edges = np.linspace(0, panel["end"], len(panel["to_train"]) + 1)
    axes.stairs(panel["to_train"], edges, fill=True, color=colour(generator), alpha=0.35)
    axes.stairs(panel["to_train"], edges, color=colour(generator), linewidth=0.8)
    axes.stairs(panel["real_to_train"], edges, color=GREY, linewidth=0.8, linestyle=(0, (3, 2)))
    axes.stairs(panel["to_held_out"], edges, color=GREY, linewidth=0.4)
    axes.axvline(panel["q01"], color=GREY, linewidth=0.8, linestyle=":")
    axes.set_title(f"{generator['label']}\n{panel['close']:.0%} suspiciously close", fontsize=7)
    axes.set_yticks([])
