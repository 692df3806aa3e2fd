"""Map: each generator over held-out real images in one joint t-SNE, in two and in three dimensions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from markupsafe import Markup

from benchmark.api import Array, Section, Source, hookimpl
from reports._points import flat_map, solid_map
from reports._rows import REAL, Row, controls, first_cells, index, working
from reports._template import render
from reports._text import fixed, interval
from reports._views import NOTHING, views

METRIC = "tsne"
OVERLAPS = {"2D": "tsne_overlap_2d", "3D": "tsne_overlap_3d"}
FEWEST = 10


class Map(Section):
    """Joint embeddings, with real against real as the reference for every overlap."""

    name = "map"
    title = "Map"
    question = (
        "Do synthetic images fall among the real ones? Each panel is one t-SNE of a generator's images and held-out "
        "real ones (grey) together: near means alike."
    )
    order = 50

    def collect(self, source: Source) -> Any:
        """Return the embeddings of each generator and of the control `real`, as integers from -1000 to 1000."""
        found = []
        for generator, cell in first_cells(source.report, real=True):
            kept = source.kept(cell["cell"], METRIC)
            if "tsne_2d" in kept and "tsne_3d" in kept:
                found.append({
                    "generator": generator["id"], "cls": cell["cls"], "n_real": cell["n_real"], "seed": cell["seed"],
                    "n": len(kept["tsne_2d"]) // 2,
                    "flat": _integers(kept["tsne_2d"]),
                    "solid": _integers(kept["tsne_3d"]),
                })
        return found

    def render(self, report: Mapping[str, Any], data: Any) -> Markup:
        """Return a panel a generator, real against real first."""
        if not working(report):
            return NOTHING
        maps = index(data or [], "generator", "cls", "n_real")
        results = index(report["results"], "generator", "cls", "n_real", "measure")
        real = [c for c in controls(report) if c["id"] == REAL]

        def content(entry: Row, n_real: int) -> dict[str, Any]:
            panels, missing = [], []
            for generator in [*real, *working(report)]:
                key = (generator["id"], entry["label"], n_real)
                found = maps.get(key)
                if found is None or found["n"] < FEWEST:
                    missing.append(generator["label"])
                else:
                    said = {d: _overlap(results.get((*key, measure))) for d, measure in OVERLAPS.items()}
                    shown = {**generator, "label": "Real against real"} if generator in real else generator
                    panels.append({"generator": shown, **_figures(found, shown, said)})
            return {"panels": panels, "missing": missing}

        return render("map.html.j2", views=views(report, content), fewest=FEWEST)


def _integers(points: Array) -> list[int]:
    """Return coordinates about their centre, flattened: the largest is 1000."""
    points = np.asarray(points, dtype=np.float64)
    centred = points - (points.max(axis=0) + points.min(axis=0)) / 2
    scaled = np.rint(centred / (np.abs(centred).max() or 1) * 1000)
    return [int(v) for v in scaled.ravel()]


def _overlap(row: Row | None) -> dict[str, str]:
    if row is None or row["mean"] is None:
        return {"value": "", "interval": "", "reason": row["reason"] if row is not None else ""}
    return {"value": fixed(row["mean"]), "interval": interval(row["lo"], row["hi"]), "reason": ""}


def _figures(found: Row, generator: Row, said: dict[str, dict[str, str]]) -> dict[str, Any]:
    drawn = {"2D": (flat_map, found["flat"]), "3D": (solid_map, found["solid"])}
    figures = []
    for dimensions, (draw, points) in drawn.items():
        overlap = said[dimensions]["value"] or "not judged"
        label = f"{dimensions} map of {generator['label']} over real images, overlap {overlap}"
        figures.append({
            "dimensions": dimensions, "said": said[dimensions], "svg": draw(points, found["n"], generator, label),
        })
    return {"figures": figures}


@hookimpl
def bench_report_sections() -> list[type[Section]]:
    """Bring the map."""
    return [Map]
