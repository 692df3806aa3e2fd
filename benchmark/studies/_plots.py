"""Draws figures like those in papers: grids of images, curves, maps of points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from benchmark.api import Array, Images

REAL, MADE, OTHER = "#6b7079", "#d55e00", "#0072b2"
MARKS = {REAL: "o", MADE: "^", OTHER: "s"}
DIGITS = ("#332288", "#88ccee", "#44aa99", "#117733", "#999933", "#ddcc77", "#cc6677", "#882255", "#aa4499", "#888888")


def figure(width: float, height: float) -> Any:
    """Return an empty figure of this size, in inches."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained")


def mosaic(images: Images, columns: int) -> Array:
    """Return images (n, h, w, c) in a grid (H, W, c), row by row, with one pixel between them."""
    n, height, width, channels = images.shape
    rows = -(-n // columns)
    sheet = np.zeros((rows * (height + 1) - 1, columns * (width + 1) - 1, channels), dtype=np.float32)
    for i, image in enumerate(images):
        top, left = i // columns * (height + 1), i % columns * (width + 1)
        sheet[top : top + height, left : left + width] = image
    return sheet


def show(axes: Any, images: Images, columns: int, title: str = "") -> None:
    """Show images as dark ink on white paper."""
    sheet = mosaic(images, columns)
    axes.imshow(sheet.squeeze(-1) if sheet.shape[-1] == 1 else sheet, cmap="gray_r", vmin=0, vmax=1)
    axes.set_axis_off()
    axes.set_title(title, fontsize=9)


def sheets(rows: Sequence[Sequence[tuple[str, Images]]], columns: int) -> Any:
    """Return a figure with rows of image grids, each given as (title, images)."""
    canvas = figure(2.2 * max(map(len, rows)), 2.4 * len(rows))
    axes = canvas.subplots(len(rows), max(map(len, rows)), squeeze=False)
    for line, row in zip(axes, rows, strict=True):
        for each in line[len(row) :]:
            each.set_axis_off()
        for each, (title, images) in zip(line, row, strict=False):
            show(each, images, columns, title)
    return canvas


def curves(found: Mapping[str, Sequence[Sequence[float]]], unit: str, level: float, named: str) -> Any:
    """Return a figure of curves [[step, value]] by name, with a dashed line at `level`."""
    canvas = figure(5.6, 3.2)
    axes = canvas.subplots()
    for (name, points), colour in zip(sorted(found.items()), (OTHER, MADE), strict=False):
        steps, values = np.asarray(points, dtype=float).T
        axes.plot(steps, values, color=colour, linewidth=1.2)
        axes.annotate(name, (steps[-1], values[-1]), xytext=(4, 0), textcoords="offset points", color=colour)
    axes.axhline(level, color=REAL, linewidth=0.8, linestyle="--")
    axes.annotate(named, (0, level), xytext=(2, 3), textcoords="offset points", color=REAL, fontsize=8)
    axes.set(xlabel=unit, ylabel="loss")
    axes.spines[["top", "right"]].set_visible(False)
    return canvas


def maps(flat: Array, solid: Array, groups: Sequence[tuple[str, slice | Array, str]]) -> Any:
    """Return a figure of the same points in 2D and in 3D; each group is (name, which points, colour)."""
    canvas = figure(8.4, 4.2)
    left, right = canvas.add_subplot(1, 2, 1), canvas.add_subplot(1, 2, 2, projection="3d")
    for name, which, colour in groups:
        mark, size = MARKS.get(colour, "o"), 3 if colour == REAL else 5
        look = {"s": size, "c": colour, "marker": mark, "linewidths": 0, "alpha": 0.7, "rasterized": True}
        left.scatter(*flat[which].T, label=name, **look)
        right.scatter(*solid[which].T, **look)
    left.set(xticks=[], yticks=[], title="2D")
    right.set(xticks=[], yticks=[], zticks=[], title="3D")
    left.legend(fontsize=7, frameon=False, markerscale=2.5, ncols=2 if len(groups) > 4 else 1)
    return canvas
