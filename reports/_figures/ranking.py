"""Paired differences between generators: one panel per aspect."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from matplotlib.figure import Figure

from reports._figures.style import GREY, PAGE, score
from reports._rows import Row, regimes, working
from reports.ranking import panels


def figures(report: Row) -> Iterator[tuple[str, Figure]]:
    """Yield one figure per number of training images; with many generators, only comparisons with the best one."""
    for n_real in regimes(report):
        found = [p for p in panels(report, n_real) if p["lines"]] if len(working(report)) > 1 else []
        if found:
            yield "ranking" + (f"-{n_real}" if len(regimes(report)) > 1 else ""), _figure(found)


def _figure(found: Sequence[Mapping[str, Any]]) -> Figure:
    longest = max(len(panel["lines"]) for panel in found)
    rows = -(-len(found) // 2)
    figure = Figure(figsize=(PAGE, rows * (0.45 + 0.17 * longest)))
    grid = figure.subplots(rows, 2, squeeze=False).ravel()
    for axes, panel in zip(grid, found, strict=False):
        _panel(axes, panel)
    for axes in grid[len(found) :]:
        axes.set_axis_off()
    return figure


def _panel(axes: Any, panel: Mapping[str, Any]) -> None:
    lines = panel["lines"]
    axes.set_title(panel["label"])
    axes.set_xlim(-1.06 * panel["reach"], 1.06 * panel["reach"])
    axes.set_ylim(len(lines) - 0.5, -0.5)
    axes.axvline(0, color=GREY, linewidth=0.6, zorder=0)
    axes.set_yticks(range(len(lines)), [f"{x['first']['label']} {x['sign']} {x['second']['label']}" for x in lines])
    for y, line in enumerate(lines):
        score(axes, line["first"], line, y)
        axes.annotate(
            line["said"],
            (1.03, y),
            xycoords=("axes fraction", "data"),
            va="center",
            annotation_clip=False,
            fontsize=6.5,
            fontweight="bold" if line["sure"] else "normal",
        )
