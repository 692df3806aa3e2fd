"""Map: held-out real images and the images of all generators in one joint t-SNE and one joint UMAP."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from markupsafe import Markup

from benchmark.api import Section, Source, hookimpl
from reports._atlas import packed, points_of, rows_of
from reports._data import data_block
from reports._points import flat_map, solid_map
from reports._rows import HELD_OUT, REAL, Row, class_title, controls, index, noun, regime_title, regimes, working
from reports._svg import mark_of, token_of
from reports._template import render
from reports._text import counted, fixed, interval, percent, plural
from reports._views import NOTHING

METHODS = {"tsne": "t-SNE", "umap": "UMAP"}
OVERLAPS = {"2D": "tsne_overlap_2d", "3D": "tsne_overlap_3d"}
FEWEST = 10  # images; a map of fewer is meaningless


class Map(Section):
    """Joint embeddings of real and synthetic images, with real against real as the reference for every overlap."""

    name = "map"
    title = "Map"
    question = (
        "Do synthetic images fall among the real ones? All images share one map, where similar images lie close "
        "together."
    )
    order = 50

    def collect(self, source: Source) -> Any:
        """Return the joint maps, one per number of training images, with thumbnails of the images."""
        found = {n_real: source.joint_map(n_real) for n_real in regimes(source.report)}
        return [packed(source, n_real, joint) for n_real, joint in found.items() if joint]

    def render(self, report: Mapping[str, Any], data: Any) -> Markup:
        """Return the interactive map, each generator alone over real images, and the overlaps."""
        if not working(report):
            return NOTHING
        maps = index(data or [], "n_real")
        parts = [_part(report, n_real, maps.get((n_real,))) for n_real in regimes(report)]
        return render("map.html.j2", parts=parts, quick=report["run"].get("quick", False))


def _part(report: Row, n_real: int, found: Row | None) -> dict[str, Any]:
    """Return what is shown for one number of training images."""
    shown = found if found is not None and _methods(found) and found["n"] >= FEWEST else None
    real = [{**c, "label": "Real against real"} for c in controls(report) if c["id"] == REAL]
    everyone = [*real, *working(report)]
    panels = [_panel(shown, g) for g in everyone if len(rows_of(shown, g["id"]))] if shown else []
    pictured = {panel["generator"]["id"] for panel in panels}
    return {
        "regime": regime_title(report, n_real),
        "panels": panels,
        "missing": ["real images" if g["id"] == REAL else g["label"] for g in everyone if g["id"] not in pictured],
        "reasons": [(METHODS[m], reason) for m, reason in found["failed"].items()] if found else [],
        "method": METHODS[_methods(shown)[0]] if shown else "",
        "few": found is not None and found["n"] < FEWEST,
        "overlaps": _overlaps(report, n_real, everyone),
        **(_atlas(report, shown) if shown else {"atlas": None}),
    }


def _atlas(report: Row, found: Row) -> dict[str, Any]:
    """Return the data of the interactive map, and its controls."""
    known = index(report["configurations"], "id")
    order = [HELD_OUT["id"], *(g["id"] for g in report["configurations"])]
    sources = [
        {**(HELD_OUT if i == HELD_OUT["id"] else known[i,]), "place": place, "rank": order.index(i)}
        for place, i in enumerate(found["src"])
    ]
    sources = [{**g, "label": "Fresh real", "hollow": True} if g["id"] == REAL else g for g in sources]
    names = {c["label"]: c["name"] for c in report["classes"]}
    labels = list(dict.fromkeys(label for _, label, _ in found["strata"]))
    classes = [{"label": label, "name": names.get(label, label)} for label in labels]
    methods = _methods(found)
    atlas = {
        "n": found["n"],
        "proj": found["proj"],
        "sprite": found["sprite"],
        "strata": [[s, labels.index(label), n] for s, label, n in found["strata"]],
        "sources": [
            {"label": g["label"], "path": mark_of(g), "colour": token_of(g), "hollow": bool(g.get("hollow"))}
            for g in sources
        ],
        "classes": [{"name": str(c["name"]), "title": class_title(report, c)} for c in classes],
    }
    return {
        "atlas": data_block(f"map-{found['n_real']}", "map", atlas),
        "sources": sources,
        "methods": {m: METHODS[m] for m in methods},
        "classes": atlas["classes"],
        "images": "Images" if noun(report) == "class" else plural(noun(report)).capitalize(),
        "kept": [
            (f"{METHODS[m]} in {d}D", percent(found["preserved"][f"{m}{d}"]))
            for m in methods
            for d in (2, 3)
            if f"{m}{d}" in found["preserved"]
        ],
        "many": counted(found["n"], "image"),
        "id": f"map-{found['n_real']}",
    }


def _methods(found: Row) -> list[str]:
    """Return the methods that have maps, in two and in three dimensions."""
    return [m for m in METHODS if f"{m}2" in found["proj"] and f"{m}3" in found["proj"]]


def _panel(found: Row, generator: Row) -> dict[str, Any]:
    """Return a generator alone over held-out images, in two and in three dimensions."""
    own = rows_of(found, generator["id"])
    rows = np.concatenate([own, rows_of(found, str(HELD_OUT["id"]))])
    method, figures = _methods(found)[0], []
    for dimensions, draw in ((2, flat_map), (3, solid_map)):
        points = (points_of(found, f"{method}{dimensions}")[rows] * 1000).ravel().tolist()
        label = f"{dimensions}D {METHODS[method]}: {generator['label']} over held-out real images"
        figures.append(draw(points, len(own), generator, label))
    return {"generator": generator, "figures": figures}


def _overlaps(report: Row, n_real: int, everyone: Sequence[Row]) -> list[dict[str, Any]]:
    """Return the t-SNE overlap of each generator alone with held-out images, one row per generator."""
    results = index(report["results"], "configuration", "class", "n_real", "measure")
    rows = []
    for generator in everyone:
        cells: list[dict[str, Any]] = []
        for entry in report["classes"]:
            found = {d: results.get((generator["id"], entry["label"], n_real, m)) for d, m in OVERLAPS.items()}
            cells.append({"title": class_title(report, entry), "values": {d: _said(row) for d, row in found.items()}})
        if any(said["value"] for cell in cells for said in cell["values"].values()):
            rows.append({"generator": generator, "cells": cells})
    return rows


def _said(row: Row | None) -> dict[str, str]:
    if row is None or row["mean"] is None:
        return {"value": "", "interval": "", "reason": row["reason"] if row is not None else ""}
    return {"value": fixed(row["mean"]), "interval": interval(row["lo"], row["hi"]), "reason": ""}


@hookimpl
def bench_report_sections() -> list[type[Section]]:
    """Register the section."""
    return [Map]
