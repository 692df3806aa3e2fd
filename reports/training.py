"""Training: the curves that a generator logged, and the images that it made along the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from markupsafe import Markup

from benchmark.api import Section, Source, hookimpl
from reports._curves import curves_figure
from reports._png import is_ink, sheet
from reports._rows import Row, class_title, first_cells, index, regime_title, regimes, working
from reports._template import render

POINTS, MOMENTS, VECTORS = 120, 6, 8
ADVERSARIAL = {"G", "D"}  # curves with these names are the losses of a GAN


class Training(Section):
    """Loss curves, and images made from the same latent points at recorded moments."""

    name = "training"
    title = "Training"
    question = (
        "Did training settle? The curves that each generator logged, and images made from the same latent points at "
        "recorded moments."
    )
    order = 80

    def collect(self, source: Source) -> Any:
        """Return smoothed curves and sheets of snapshots for the generators that recorded any."""
        found = []
        for cell in first_cells(source.report):
            history = source.history(cell["cell"])
            if history.get("curves") or history.get("snapshots"):
                ink = is_ink(source.real(cell["class"], "train", cell["n_real"], cell["seed"]))
                snapshots = sorted((int(step), images) for step, images in history.get("snapshots", {}).items())
                found.append(
                    {
                        "configuration": cell["configuration"],
                        "class": cell["class"],
                        "n_real": cell["n_real"],
                        "seed": cell["seed"],
                        "unit": history.get("unit", "step"),
                        "ink": ink,
                        "curves": {
                            name: _smooth(points) for name, points in history.get("curves", {}).items() if points
                        },
                        "moments": [step for step, _ in snapshots],
                        "snapshots": [_snapshot(step, images, ink) for step, images in _some(snapshots)],
                    }
                )
        return found

    def render(self, report: Mapping[str, Any], data: Any) -> Markup:
        """Return one block per generator with its classes side by side; nothing if nothing was recorded."""
        rows = index(data or [], "configuration", "class", "n_real")
        blocks = []
        for generator in working(report):
            own = [h for h in data or [] if h["configuration"] == generator["id"]]
            tops = _tops(own)
            panels = [
                _panel(report, generator, entry, rows[key], tops)
                for entry in report["classes"]
                for n_real in regimes(report)
                if (key := (generator["id"], entry["label"], n_real)) in rows
            ]
            if panels:
                blocks.append({"generator": generator, "panels": panels})
        return render("training.html.j2", blocks=blocks) if blocks else Markup("")


def _smooth(points: Sequence[Sequence[float]]) -> dict[str, Any]:
    """Return means over windows of equal length, at most `POINTS` of them, and the length of a window.

    Values that are missing are left out of the means; a window of missing values is a gap, None.
    """
    steps, values = np.array(points, dtype=float).T
    width = -(-len(points) // POINTS)
    starts = np.arange(0, len(points), width)
    sizes = np.diff([*starts, len(points)])
    known = np.isfinite(values)
    counts = np.add.reduceat(known, starts, dtype=int)
    sums = np.add.reduceat(np.where(known, values, 0), starts)
    means = zip(np.add.reduceat(steps, starts) / sizes, sums / np.maximum(counts, 1), counts, strict=True)
    return {"width": width, "points": [[round(float(s), 2), round(float(v), 5) if n else None] for s, v, n in means]}


def _some(snapshots: list[tuple[int, Any]]) -> list[tuple[int, Any]]:
    """Return all moments, or the first, the last and evenly spaced ones in between."""
    if len(snapshots) <= MOMENTS:
        return snapshots
    return [snapshots[i] for i in np.linspace(0, len(snapshots) - 1, MOMENTS).round().astype(int)]


def _snapshot(step: int, images: Any, ink: bool) -> dict[str, Any]:
    return {"step": step, **sheet(np.asarray(images)[:VECTORS], 2, ink=ink, gap=3)}


def _tops(histories: Sequence[Row]) -> tuple[float, float]:
    values = [v for h in histories for c in h["curves"].values() for _, v in c["points"] if v is not None]
    return (min(0.0, *values), max(values)) if values else (0.0, 1.0)


def _panel(report: Row, generator: Row, entry: Row, history: Row, tops: tuple[float, float]) -> dict[str, Any]:
    widths = {c["width"] for c in history["curves"].values()}
    adversarial = set(history["curves"]) >= ADVERSARIAL
    regime = regime_title(report, history["n_real"])
    return {
        **history,
        "title": class_title(report, entry) + (f", {regime}" if regime else ""),
        "gaps": sorted(n for n, c in history["curves"].items() if any(v is None for _, v in c["points"])),
        "svg": curves_figure(history, generator, tops, adversarial=adversarial) if widths else "",
        "window": max(widths, default=1),
        "adversarial": adversarial,
        "alt": f"{generator['label']}, {class_title(report, entry)}",
    }


@hookimpl
def bench_report_sections() -> list[type[Section]]:
    """Register the section."""
    return [Training]
