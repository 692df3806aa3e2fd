"""Images: the first fifteen of each generator beside real ones, never picked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from markupsafe import Markup

from benchmark.api import Array, Images, Section, Source, hookimpl
from reports._png import is_ink, pairs, sheet
from reports._rows import HELD_OUT, Row, first_cells, index, regimes, working
from reports._template import render
from reports._views import views

SHOWN, COLUMNS = 15, 3


class ImageGrids(Section):
    """Five rows of three, real beside synthetic, with the nearest training image on demand."""

    name = "images"
    title = "Images"
    question = "What do they look like? The first fifteen of the first run, not picked."
    order = 40

    def collect(self, source: Source) -> Any:
        """Return a sheet of samples, and one with nearest training images, for each generator, class and regime."""
        seed = source.report["run"]["seeds"][0]
        sheets = []
        for entry in source.report["classes"]:
            for n_real in regimes(source.report):
                real = source.real(entry["label"], "held_out", n_real, seed)
                cell = {"cls": entry["label"], "n_real": n_real, "seed": seed}
                sheets.append(_sheets(source, HELD_OUT["id"], cell, real[:SHOWN], is_ink(real)))
        inks = {(s["cls"], s["n_real"]): s["ink"] for s in sheets}
        for generator, made in first_cells(source.report):
            images = source.samples(made["cell"])[:SHOWN]
            sheets.append(_sheets(source, generator["id"], made, images, inks[made["cls"], made["n_real"]]))
        return sheets

    def render(self, report: Mapping[str, Any], data: Any) -> Markup:
        """Return the grids of each class; a check box swaps the sheets, without script."""
        if not data:
            return Markup("")
        sheets = index(data, "generator", "cls", "n_real")
        shown = [HELD_OUT, *working(report)]

        def content(entry: Row, n_real: int) -> dict[str, Any]:
            found = [(g, sheets.get((g["id"], entry["label"], n_real))) for g in shown]
            return {"panels": [{**s, "generator": g} for g, s in found if s is not None]}

        first = report["run"]["seeds"][0]
        return render("images.html.j2", views=views(report, content), first=first, any=bool(working(report)))


def _sheets(source: Source, generator: Any, cell: Row, images: Images, ink: bool) -> dict[str, Any]:
    train = source.real(cell["cls"], "train", cell["n_real"], cell["seed"])
    near = train[nearest(images, train)]
    return {
        "generator": generator, "cls": cell["cls"], "n_real": cell["n_real"], "seed": cell["seed"], "ink": ink,
        "count": len(images),
        "plain": sheet(images, COLUMNS, ink=ink),
        "near": sheet(pairs(images, near, ink=ink), COLUMNS, ink=ink),
    }


def nearest(images: Images, train: Images) -> Array:
    """Return the index of the nearest training image (Euclidean, pixels) of each image."""
    flat, among = images.reshape(len(images), -1), train.reshape(len(train), -1)
    return np.array([int(((among - image) ** 2).sum(axis=1).argmin()) for image in flat], dtype=np.int64)


@hookimpl
def bench_report_sections() -> list[type[Section]]:
    """Bring the images."""
    return [ImageGrids]
