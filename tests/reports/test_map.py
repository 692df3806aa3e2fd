"""The map: what the page draws lies where it was embedded, and looks like what was made."""

from __future__ import annotations

import base64
import io
import json
import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from benchmark.api import Array
from benchmark.images.image_set import ImageSet
from reports import _atlas
from reports._atlas import points_of, rows_of, sprite

Report = dict[str, Any]
Page = Callable[[Report], str]


def section(html: str) -> str:
    """Return the map's HTML."""
    found = re.search(r'<section id="map".*?</section>', html, re.DOTALL)
    assert found is not None
    return found[0]


def text(html: str) -> str:
    """Return the section's text, without its data."""
    return " ".join(re.sub(r"<[^>]*>", " ", re.sub(r"<script.*?</script>", "", html, flags=re.DOTALL)).split())


def tile(made: dict[str, Any], i: int) -> Array:
    """Read one image of a sheet with a library that is not ours."""
    from PIL import Image

    pixels = np.asarray(Image.open(io.BytesIO(base64.b64decode(made["png"]))))
    h, w = made["height"], made["width"]
    y, x = i // made["columns"] * h, i % made["columns"] * w
    return pixels[y : y + h, x : x + w] / 255


@pytest.mark.parametrize(("n", "shape"), [(130, (28, 28, 1)), (70, (8, 8, 1)), (3, (9, 5, 1)), (70, (12, 10, 3))])
def test_every_image_is_on_the_sheet_at_its_place(n: int, shape: tuple[int, ...]) -> None:
    images = np.random.default_rng(0).random((n, *shape), dtype=np.float32)
    made = sprite(images)
    assert (made["height"], made["width"]) == shape[:2]
    for i in (0, n // 2, n - 1):
        assert np.abs(tile(made, i) - images[i].squeeze()).max() <= 1 / 30 + 1e-6


def test_a_large_sheet_is_made_of_smaller_images_with_the_same_content() -> None:
    images = np.random.default_rng(0).random((1500, 32, 32, 3), dtype=np.float32)
    made = sprite(images)
    assert (made["height"], made["width"]) == (16, 16)
    means = images[77].reshape(16, 2, 16, 2, 3).mean(axis=(1, 3))
    assert np.abs(tile(made, 77) - means).max() < 0.02


def test_points_keep_their_shape_about_the_centre(whole: Report, digit_source: Any) -> None:
    found = whole["sections"]["map"][0]
    joint = digit_source([3, 5], ["smote", "gan[steps=600]"]).joint_map(1000)
    assert found["n"] == sum(n for _, _, n in joint["strata"]) == 8 * 60
    for name, points in joint["points"].items():
        packed = points_of(found, name)
        assert np.abs(packed).max() == pytest.approx(1)
        middle = (points.max(axis=0) + points.min(axis=0)) / 2
        scale = np.abs(points - middle).max()
        assert np.abs(packed * scale + middle - points).max() < 1e-3 * scale


def test_each_source_has_its_points(whole: Report) -> None:
    found = whole["sections"]["map"][0]
    rows = [rows_of(found, source) for source in found["src"]]
    assert sorted(np.concatenate(rows).tolist()) == list(range(found["n"]))
    assert len(rows_of(found, "vae")) == 0


def test_the_static_figures_show_each_generator_over_held_out_images(whole: Report, page: Page) -> None:
    html = section(page(whole))
    assert re.findall(r"<figcaption.*?<span>(.*?)</span>", html) == ["Real against real", "gan[steps=600]", "smote"]
    clouds = re.findall(r'<svg class="map s\d".*?</svg>', html, re.DOTALL)
    assert len(clouds) == 6
    assert all(cloud.count("h0") == 4 * 60 for cloud in clouds)  # two classes, a generator and real ones


def test_the_overlap_of_real_with_real_is_the_first_row(whole: Report, page: Page) -> None:
    html = section(page(whole))
    rows = re.findall(r"<tr><th scope=\"row\">.*?</tr>", html, re.DOTALL)
    assert ["Real against real" in row for row in rows] == [True, False, False]
    assert text(rows[0]).count("2D 0.97") == 2


def test_what_failed_is_said_and_the_rest_is_shown(report: Report, page: Page) -> None:
    found = report["sections"]["map"][0]
    found["failed"] = {"umap": "timeout: ran longer than 600 seconds"}
    for name in ("umap2", "umap3"):
        del found["proj"][name]
    html = section(page(report))
    assert "There is no UMAP map. Timeout: ran longer than 600 seconds." in text(html)
    assert 'data-method="umap"' not in html and "<canvas" in html
    assert 'aria-label="2D t-SNE: smote over' in html
    found["failed"]["tsne"] = "crashed"
    found["proj"].clear()
    html = section(page(report))
    assert "There is no t-SNE map. Crashed." in text(html) and "<canvas" not in html
    assert "2D 0.97" in text(html)  # overlaps are measured apart


def test_a_map_of_fewer_than_ten_images_says_so(report: Report, page: Page) -> None:
    report["sections"]["map"][0]["n"] = 9
    assert "fewer than ten images" in text(section(page(report)))


def test_the_data_of_the_map_are_json_that_cannot_end_its_element(report: Report, page: Page) -> None:
    hostile = "</script><script>alert(1)</script><!--"
    for generator in report["configurations"]:
        generator["label"] = hostile
    html = section(page(report))
    blocks = re.findall(r'<script type="application/json"[^>]*>(.*?)</script>', html, re.DOTALL)
    assert len(blocks) == html.count("<script") == 1
    data = json.loads(blocks[0])
    assert [s["label"] for s in data["sources"]] == ["Held-out real", hostile, hostile, "Fresh real"]
    assert sum(n for _, _, n in data["strata"]) == data["n"]


def test_thumbnails_of_large_images_are_made_part_by_part(monkeypatch: pytest.MonkeyPatch) -> None:
    """All at full size may not fit into memory; the sheet is the same."""
    images = np.random.default_rng(0).random((6, 12, 12, 1), dtype=np.float32)
    monkeypatch.setattr(_atlas, "VALUES", 6 * 16)
    source = SimpleNamespace(report={"cells": []}, real=lambda *_: ImageSet.of(images))
    strata = [(_atlas.HELD_OUT["id"], 0, 4), (_atlas.HELD_OUT["id"], 1, 2)]
    parts = _atlas._images(source, 10, 0, strata)
    assert parts.shape == (6, 4, 4, 1)
    assert _atlas.sprite(parts)["png"] == _atlas.sprite(np.concatenate([images[:4], images[:2]]))["png"]
