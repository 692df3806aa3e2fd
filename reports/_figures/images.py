"""The first fifteen images of each generator next to real ones: one figure per class."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from matplotlib.figure import Figure

from reports._figures.style import PAGE, paper
from reports._rows import REAL, Row, index, regimes, working


def figures(report: Row) -> Iterator[tuple[str, Figure]]:
    """Yield one figure per class and number of training images."""
    panels = index(report["sections"].get("images") or [], "configuration", "class", "n_real")
    shown = [{"id": REAL, "label": "Real"}, *working(report)]
    for n_real in regimes(report):
        for entry in report["classes"]:
            found = [(str(g["label"]), panels.get((g["id"], entry["label"], n_real))) for g in shown]
            sheets = [(label, panel) for label, panel in found if panel]
            if sheets:
                end = f"-{n_real}" if len(regimes(report)) > 1 else ""
                yield f"images-{entry['name']}{end}", _figure(sheets)


def _figure(sheets: Sequence[tuple[str, Row]], across: int = 6) -> Figure:
    columns = min(across, len(sheets))
    rows = -(-len(sheets) // columns)
    wide = PAGE / max(columns, 3)
    figure = Figure(figsize=(wide * columns, rows * (wide * 5 / 3 + 0.25)))
    grid = figure.subplots(rows, columns, squeeze=False).ravel()
    for axes in grid:
        axes.set_axis_off()
    for axes, (label, panel) in zip(grid, sheets, strict=False):
        pixels = paper(panel["plain"], ink=panel["ink"])
        axes.imshow(pixels, cmap="gray", vmin=0, vmax=1, interpolation="nearest")
        axes.set_title(label, fontsize=7)
    return figure
