"""Calibrated scores, over all classes and per class."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from matplotlib.figure import Figure

from reports._figures.style import GREY, PAGE, RULE, score
from reports._judgement import standings
from reports._rows import Row, class_title, index, regimes
from reports._svg import LEAST, MOST


def figures(report: Row) -> Iterator[tuple[str, Figure]]:
    """Yield the verdict per number of training images and, if there are several classes, the scores of each."""
    for n_real in regimes(report):
        shown = [s.generator for s in standings(report, n_real)]
        if not shown:
            continue
        end = f"-{n_real}" if len(regimes(report)) > 1 else ""
        classes = report["classes"]
        yield f"scores{end}", _figure(report, n_real, shown, [(None, "")])
        if len(classes) > 1:
            rows = [(entry["label"], class_title(report, entry)) for entry in classes]
            yield f"classes{end}", _figure(report, n_real, shown, rows)


def _figure(report: Row, n_real: int, generators: Sequence[Row], classes: Sequence[tuple[Any, str]]) -> Figure:
    """Return a figure with one row of panels per class, one panel per aspect and one line per generator."""
    rows = index((r for r in report["calibrated"] if r["n_real"] == n_real), "configuration", "class", "aspect")
    aspects = report["aspects"]
    height = 0.45 + len(classes) * (0.3 + 0.17 * len(generators))
    figure = Figure(figsize=(PAGE, height))
    grid = figure.subplots(len(classes), len(aspects), squeeze=False, sharex=True, sharey=True)
    for axes, aspect in zip(grid[0], aspects, strict=True):
        axes.set_title(str(aspect["label"]))
    for axes_row, (label, title) in zip(grid, classes, strict=True):
        for axes, aspect in zip(axes_row, aspects, strict=True):
            _panel(axes, generators, [rows.get((g["id"], label, aspect["id"])) for g in generators])
        if title:
            axes_row[-1].annotate(title, (1.02, 0.5), xycoords="axes fraction", rotation=-90, va="center", fontsize=7)
    figure.supxlabel("0: a control built to fail; 1: real images; bars: 95% intervals", fontsize=6.5, color=GREY)
    return figure


def _panel(axes: Any, generators: Sequence[Row], rows: Sequence[Row | None]) -> None:
    axes.set_xlim(LEAST, MOST)
    axes.set_ylim(len(generators) - 0.5, -0.5)
    axes.set_yticks(range(len(generators)), [str(g["label"]) for g in generators])
    axes.set_xticks([0, 1])
    for x in (0, 1):
        axes.axvline(x, color=GREY, linewidth=0.6, zorder=0)
    for y, (generator, row) in enumerate(zip(generators, rows, strict=True)):
        axes.plot([0, 1], [y, y], color=RULE, linewidth=0.6, zorder=0)
        if row is not None and row["score"] is not None:
            score(axes, generator, row, y)
        else:
            axes.annotate(
                "not judged" if row is None else row["status"].replace("-", " "),
                (0.03, y),
                va="center",
                fontsize=6,
                color=GREY,
            )
