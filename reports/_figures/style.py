"""Sizes, fonts and marks of figures for papers; colours and shapes are those of the light page."""

from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING, Any

from reports._rows import REAL, Row
from reports._tokens import TOKENS

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.axes import Axes

COLUMN, PAGE = 3.35, 7.0  # inches: one column, and two with the gap between
INK, GREY, RULE, REAL_COLOUR = (TOKENS[name][0] for name in ("ink", "ink2", "rule", "real"))
SHAPES = ("X", "^", "s", "D", "v", "P", "o")  # by slot, as on the page
STYLE: dict[str, Any] = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 7,
    "axes.titlesize": 8,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelsize": 7,
    "xtick.labelsize": 6.5,
    "ytick.labelsize": 7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.linewidth": 0.6,
    "xtick.major.width": 0.6,
    "xtick.major.size": 2.5,
    "ytick.major.size": 0,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": GREY,
    "xtick.color": GREY,
    "ytick.color": INK,
    "legend.frameon": False,
    "figure.constrained_layout.use": True,
    "figure.facecolor": "white",
}


def colour(generator: Row) -> str:
    """Return the colour of a generator."""
    return TOKENS[f"g{generator['slot']}" if generator["slot"] else "real"][0]


def mark(generator: Row, size: float = 4.5) -> dict[str, Any]:
    """Return how matplotlib draws the mark of a generator."""
    real = generator["id"] == REAL or generator.get("real")
    hollow = generator.get("hollow") or generator["slot"] == 6  # the ring
    return {
        "marker": "o" if real else SHAPES[generator["slot"]],
        "markersize": size,
        "linestyle": "none",
        "color": colour(generator),
        "markerfacecolor": "white" if hollow else colour(generator),
        "markeredgewidth": 1 if hollow else 0,
    }


def score(axes: Axes, generator: Row, row: Row, y: float) -> None:
    """Draw a score with its interval at a height; a mark that lies outside the axis is drawn at its end."""
    low, high = axes.get_xlim()

    def inside(value: float) -> float:
        return min(max(value, low), high)

    if row["lo"] is not None and row["hi"] is not None:
        axes.plot(
            [inside(row["lo"]), inside(row["hi"])],
            [y, y],
            color=colour(generator),
            alpha=0.4,
            linewidth=2.5,
            solid_capstyle="round",
            clip_on=False,
        )
    axes.plot([inside(row["score"])], [y], clip_on=False, **mark(generator))


def paper(sheet: Row, *, ink: bool) -> np.ndarray[Any, Any]:
    """Return the pixels of a sheet of images; light strokes on a dark background become ink on paper."""
    from matplotlib import image

    pixels: np.ndarray[Any, Any] = image.imread(io.BytesIO(base64.b64decode(sheet["png"])), format="png")
    return 1 - pixels if ink else pixels
