"""Training curves: one figure per generator."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

from matplotlib.figure import Figure

from reports._figures.style import COLUMN, GREY, PAGE, colour
from reports._rows import Row, class_title, working
from reports.training import ADVERSARIAL

STYLES = ("-", "--", ":", "-.")


def figures(report: Row) -> Iterator[tuple[str, Figure]]:
    """Yield the curves of each generator that logged any, with its classes side by side."""
    for generator in working(report):
        data = report["sections"].get("training") or []
        own = [h for h in data if h["configuration"] == generator["id"] and h["curves"]]
        if own:
            yield f"training-{generator['id']}", _figure(report, generator, own)


def _figure(report: Row, generator: Row, histories: Sequence[Row], across: int = 4) -> Figure:
    columns = min(across, len(histories))
    rows = -(-len(histories) // columns)
    figure = Figure(figsize=(COLUMN if columns == 1 else PAGE, 1.6 * rows))
    grid = figure.subplots(rows, columns, squeeze=False, sharex=True, sharey=True).ravel()
    titles = {c["label"]: class_title(report, c) for c in report["classes"]}
    several = len({h["n_real"] for h in histories}) > 1
    for axes in grid[len(histories) :]:
        axes.set_axis_off()
    for axes, history in zip(grid, histories, strict=False):
        _panel(axes, generator, history)
        axes.set_title(titles[history["class"]] + (f", {history['n_real']:,}" if several else ""))
        axes.set_xlabel(f"training {history['unit']}")
    return figure


def _panel(axes: Any, generator: Row, history: Row) -> None:
    axes.spines["left"].set_visible(True)
    for i, (name, curve) in enumerate(history["curves"].items()):
        steps, values = zip(*curve["points"], strict=True)
        axes.plot(steps, values, STYLES[i % len(STYLES)], color=GREY if i else colour(generator), linewidth=0.8)
        axes.annotate(
            name,
            (steps[-1], values[-1]),
            xytext=(3, 0),
            textcoords="offset points",
            va="center",
            fontsize=6.5,
            annotation_clip=False,
        )
    if set(history["curves"]) >= ADVERSARIAL:
        axes.axhline(math.log(2), color=GREY, linewidth=0.6, linestyle=(0, (3, 3)))
