"""Images and Copies: what is shown is what the rule picks, and the breakdown adds up."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from benchmark.api import Array
from reports._kinds import bar
from reports._png import shaded
from reports.images import ImageGrids

Report = dict[str, Any]
Page = Callable[[Report], str]
GENERATOR = {"id": "smote", "label": "smote", "slot": 1, "hollow": False}


@pytest.fixture
def panel(digit_source: Any) -> Callable[..., tuple[dict[str, Any], Array, Array]]:
    """Return what makes the panel of SMOTE, with its samples and training images."""

    def make(**columns: Array) -> tuple[dict[str, Any], Array, Array]:
        source = digit_source([5], ["smote"])
        source.per_image = lambda cell: columns
        found = next(p for p in ImageGrids().collect(source) if p["configuration"] == "smote")
        return found, source.samples("smote-5-0"), source.real(5, "train", 1000, 0)

    return make


def tiles(made: dict[str, Any], height: int) -> Array:
    """Read a row of 28 pixel wide images with a library that is not ours."""
    from PIL import Image

    pixels = np.asarray(Image.open(io.BytesIO(base64.b64decode(made["png"]))))
    assert pixels.shape[0] == height
    return np.stack([pixels[:, x : x + 28] for x in range(0, pixels.shape[1], 30)])


def test_the_least_plausible_have_odd_strokes_first_then_the_least_sure(panel: Any) -> None:
    strokes, sure = np.ones(60, dtype=bool), np.linspace(0.9, 0.1, 60)
    strokes[[20, 40]] = False
    found, samples, train = panel(plausible_strokes=strokes, class_probability=sure, real_neighbours=np.zeros(60))
    picked = [40, 20, 59, 58, 57]
    assert (tiles(found["worst"]["plain"], 28) == shaded(samples[picked])[..., 0]).all()
    near = train[[((train - s) ** 2).sum(axis=(1, 2, 3)).argmin() for s in samples[picked]]]
    assert (tiles(found["worst"]["near"], 56)[:, 28:] == shaded(near * np.float32(0.62))[..., 0]).all()
    assert found["worst"]["span"] == [0.1, round(sure[20], 5)]
    assert found["closest"] is None


def test_the_closest_are_those_of_the_smallest_distances(panel: Any) -> None:
    found, samples, _ = panel(nearest_distance=np.abs(np.arange(60) - 33.0))
    assert (tiles(found["closest"]["plain"], 28) == shaded(samples[[33, 32, 34, 31, 35]])[..., 0]).all()
    assert found["closest"]["span"] == [0, 2]
    assert found["worst"] is None


def test_without_a_classifier_neighbours_decide_and_without_either_nothing_does(panel: Any) -> None:
    found, samples, _ = panel(real_neighbours=np.arange(60)[::-1])
    assert (tiles(found["worst"]["plain"], 28) == shaded(samples[-5:][::-1])[..., 0]).all()
    assert panel(plausible_strokes=np.ones(60, dtype=bool))[0]["worst"] is None


def section(html: str, name: str) -> str:
    """Return one section's HTML."""
    found = re.search(rf'<section id="{name}".*?</section>', html, re.DOTALL)
    assert found is not None
    return found[0]


def test_real_images_come_first_and_the_rules_stand_below(whole: Report, page: Page) -> None:
    html = section(page(whole), "images")
    for view in html.split('<div class="view"')[1:]:
        assert re.findall(r"<figcaption.*?<span>(.*?)</span>", view) == ["Real", "gan[steps=600]", "smote"]
        assert view.count("<b>Least plausible</b>") == view.count("<b>Closest to training images</b>") == 3
        assert view.count('class="plain ink"') == view.count('class="near ink"') == 9
    assert "images whose strokes are outside the range of real ones come first, and the less sure the reference" in html
    assert "images.csv" in html


def test_a_run_without_these_metrics_shows_the_first_fifteen_alone(report: Report, page: Page) -> None:
    for panel in report["sections"]["images"]:
        panel.update(worst=None, closest=None, rule=[])
    html = section(page(report), "images")
    assert "Least plausible" not in html and "Closest to training" not in html and "images.csv" not in html
    assert html.count("First 15 images of smote") == 2


def test_the_bar_holds_all_images_in_the_order_of_the_kinds() -> None:
    shares = {"exact copy": 0.02, "near copy": 0.048, "blended of two": 0.93, "new": 0.002}
    svg = str(bar(shares, GENERATOR))
    pieces = re.findall(r'class="(k-[a-z-]+)" x1="([\d.]+)%" x2="([\d.]+)%"', svg)
    assert [p[0] for p in pieces] == ["k-exact-copy", "k-near-copy", "k-blended-of-two", "k-new"]
    ends = [(float(a), float(b)) for _, a, b in pieces]
    assert ends == [(0, 2), (2, 6.8), (6.8, 99.8), (99.8, 100)]
    assert 'aria-label="Images of smote: 2% exact copies, 5% near copies, 93% blended of two, under 1% new"' in svg


def test_copies_say_of_what_kind_they_are_and_where_to_look_them_up(report: Report, page: Page) -> None:
    html = section(page(report), "copies")
    text = " ".join(re.sub(r"<[^>]*>", " ", html).split())
    assert "2% exact copies 5% near copies 93% blended of two under 1% new" in text
    assert "100% new" in text
    assert "what SMOTE is for" in text and "images.csv" in text
    assert "Copies in disguise count as new here" in text
    for row in report["kinds"]:
        row["shares"] = {"exact copy": 0.0, "blended": 0.0, "near copy": 0.0, "moved": 0.9, "new": 0.1}
    text = " ".join(re.sub(r"<[^>]*>", " ", section(page(report), "copies")).split())
    assert "90% moved 10% new" in text and "count as new here" not in text
    report["kinds"] = []
    html = section(page(report), "copies")
    assert 'class="kinds' not in html and "The bar" not in html
