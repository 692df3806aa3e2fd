"""Images: the first fifteen of each generator next to real ones, never hand-picked; below, the worst by a rule."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from markupsafe import Markup

from benchmark.api import Array, Images, Section, Source, hookimpl
from reports._png import is_ink, pairs, sheet
from reports._rows import REAL, Row, first_cells, index, noun, working
from reports._template import render
from reports._text import fixed, percent
from reports._views import views

SHOWN, COLUMNS = 15, 3
PICKED = 5
RULES = {  # how the least plausible images are sorted, by the columns that are available
    "plausible_strokes": "images whose strokes are outside the range of real ones come first",
    "class_probability": "the less sure the reference classifier is of the {noun}, the earlier an image comes",
    "real_neighbours": "the fewer of its ten nearest neighbours are real, the earlier an image comes",
}


class ImageGrids(Section):
    """The first images, real next to synthetic, then the least plausible ones and those closest to training images."""

    name = "images"
    title = "Images"
    question = (
        "What do they look like? The first fifteen images of the first seed, not hand-picked; below them, the five "
        "least plausible images of that seed and the five closest to training images."
    )
    order = 40

    def collect(self, source: Source) -> Any:
        """Return sheets of samples, plain and with nearest training images, per generator, class and regime."""
        return [_panel(source, cell) for cell in first_cells(source.report, real=True)]

    def render(self, report: Mapping[str, Any], data: Any) -> Markup:
        """Return the grids of each class; a check box swaps the sheets, even without JavaScript."""
        if not data:
            return Markup("")
        panels = index(data, "configuration", "class", "n_real")
        real = {"id": REAL, "label": "Real", "slot": 0, "real": True}

        def content(entry: Row, n_real: int) -> dict[str, Any]:
            found = [(g, panels.get((g["id"], entry["label"], n_real))) for g in (real, *working(report))]
            return {"panels": [{**panel, "generator": g, **_words(panel)} for g, panel in found if panel]}

        known = {column for panel in data for column in panel["rule"]}
        return render(
            "images.html.j2",
            views=views(report, content),
            first=report["run"]["seeds"][0],
            any=bool(working(report)),
            nearest=any(panel["closest"] for panel in data),
            rules=[rule.format(noun=noun(report)) for column, rule in RULES.items() if column in known],
        )


def _panel(source: Source, cell: Row) -> dict[str, Any]:
    images, columns = source.samples(cell["cell"]), source.per_image(cell["cell"])
    train = source.real(cell["class"], "train", cell["n_real"], cell["seed"])
    rule = _rule(columns)

    def sheets(picked: Array, across: int, *, below: bool) -> dict[str, Any]:
        chosen = images[picked]
        known = columns.get("nearest_train")  # a real image in `train` is not its own nearest
        near = train[nearest(chosen, train) if known is None else known[picked]]
        ink = is_ink(train)
        return {
            "plain": sheet(chosen, across, ink=ink),
            "near": sheet(pairs(chosen, near, ink=ink, below=below), across, ink=ink),
        }

    def extremes(keys: Sequence[Array]) -> dict[str, Any]:
        picked = np.lexsort(keys)[:PICKED]
        span = [round(float(end(keys[0][picked])), 5) for end in (np.min, np.max)]
        return {"span": span, **sheets(picked, PICKED, below=True)}

    first = np.arange(min(SHOWN, len(images)))
    return {
        "configuration": cell["configuration"],
        "class": cell["class"],
        "n_real": cell["n_real"],
        "seed": cell["seed"],
        "ink": is_ink(train),
        "count": len(first),
        "rule": rule,
        **sheets(first, COLUMNS, below=False),
        "worst": extremes([columns[name] for name in reversed(rule)]) if rule else None,
        "closest": extremes([columns["nearest_distance"]]) if "nearest_distance" in columns else None,
    }


def _rule(columns: Mapping[str, Array]) -> list[str]:
    """Return the columns that the least plausible images are sorted by, most important first; [] if none suffices."""
    last = next((name for name in ("class_probability", "real_neighbours") if name in columns), None)
    return [name for name in ("plausible_strokes", last) if name in columns] if last else []


def _words(panel: Row) -> dict[str, str]:
    worst, closest = panel["worst"], panel["closest"]
    said = ""
    if worst and panel["rule"][-1] == "class_probability":
        said = f"classifier {_from_to(worst['span'], percent)} sure"
    elif worst:
        said = f"{_from_to(worst['span'], partial(fixed, digits=0))} of 10 neighbours real"
    return {
        "worst_text": said,
        "closest_text": f"distance {_from_to(closest['span'], partial(fixed, digits=1))}" if closest else "",
    }


def _from_to(span: Sequence[float], text: Callable[[float], str]) -> str:
    """Return '0% to 3%', or a single text if both ends are the same."""
    return " to ".join(dict.fromkeys(text(end) for end in span))


def nearest(images: Images, train: Images) -> Array:
    """Return the index of each image's nearest training image (Euclidean distance over pixels)."""
    flat, among = images.reshape(len(images), -1), train.reshape(len(train), -1)
    return np.array([int(((among - image) ** 2).sum(axis=1).argmin()) for image in flat], dtype=np.int64)


@hookimpl
def bench_report_sections() -> list[type[Section]]:
    """Register the section."""
    return [ImageGrids]
