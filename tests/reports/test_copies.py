"""Copies: the pairs are the surest copies with the images they come from, and leaks are a finding."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PIL import Image

from benchmark.api import Array
from reports._pairs import FAINT, LESS, MORE, difference
from reports._png import LEVELS, shaded
from reports.copies import Copies

KIND = np.array(["new"] * 60, dtype=object)


@pytest.fixture
def panel(digit_source: Any) -> Callable[..., tuple[dict[str, Any], Array, Array]]:
    """Return what makes the panel of SMOTE from columns of images.csv, with its samples and training images."""

    def make(**columns: Array) -> tuple[dict[str, Any], Array, Array]:
        source = digit_source([5], ["smote"])
        usual = source.per_image
        source.per_image = lambda cell: {**usual(cell), **columns}
        (found,) = Copies().collect(source)
        return found, source.samples("smote-5-0"), source.real(5, "train", 200, 0)

    return make


def tiles(made: dict[str, Any]) -> Array:
    """Read the tiles of a sheet of digits, (n, 28, 28) or (n, 28, 28, 4), row by row."""
    pixels = np.asarray(Image.open(io.BytesIO(base64.b64decode(made["png"]))))
    return np.stack(
        [pixels[y : y + 28, x : x + 28] for y in range(0, len(pixels), 31) for x in range(0, pixels.shape[1], 31)]
    )


def test_exact_copies_come_first_then_close_matches_then_clear_blends(panel: Any) -> None:
    kind, source = KIND.copy(), np.full(60, -1)
    kind[[7, 8]], kind[[20, 21]], kind[30] = "moved", "blended of two", "exact copy"
    source[[7, 8, 20, 21, 30]] = 107, 108, 120, 121, 130
    away, match = np.full(60, 5.0), np.zeros(60)
    away[[20, 21, 30]], match[[7, 8]] = (2, 3, 0), (-4, -9)
    found, samples, train = panel(kind=kind.astype(str), source=source, nearest_distance=away, match_distance=match)
    picked, origin = [30, 8, 7, 21], [130, 108, 107, 121]
    assert found["pairs"]["named"] == ["exact copy", "moved", "moved", "blended of two"]
    expected = shaded(np.concatenate([samples[picked], train[origin]]))[..., 0]
    assert (tiles(found["pairs"]["both"]) == expected).all()
    assert (tiles(found["pairs"]["difference"]) == difference(samples[picked], train[origin])).all()


def test_without_copies_the_closest_are_shown_and_called_new(panel: Any, whole: Any, page: Any) -> None:
    found, samples, _ = panel(nearest_distance=np.abs(np.arange(60) - 33.0) + 1)
    assert found["pairs"]["named"] == ["new"] * 4
    assert (tiles(found["pairs"]["both"])[:4] == shaded(samples[[33, 32, 34, 31]])[..., 0]).all()
    assert "No sample is surely a copy; the four closest" in page(whole)


def test_a_difference_is_blue_where_there_is_more_and_orange_where_there_is_less() -> None:
    sample, partner = np.array([[[[0.5], [0.0], [1.0]]]]), np.array([[[[0.5], [1.0], [0.9]]]])
    same, less, more = difference(sample, partner)[0, 0].tolist()
    assert same == [0, 0, 0, 0]  # transparent: one picture serves light and dark pages
    assert less == [*LESS, 255]
    assert more == [*MORE, pytest.approx(255 * 0.1**FAINT, abs=255 / LEVELS)]
    red, blue = np.array([[[[1.0, 0, 0]]]]), np.array([[[[0, 0, 1.0]]]])
    assert difference(red, blue)[0, 0, 0, 3] == 255  # as bright, and another colour


def section(html: str) -> str:
    """Return the section's HTML."""
    found = re.search(r'<section id="copies".*?</section>', html, re.DOTALL)
    assert found is not None
    return found[0]


def test_leaks_are_a_finding_with_pairs(digit_source: Any, collect: Any, page: Any) -> None:
    source = digit_source([5], ["smote", "affine"])
    originals = source.real(5, "fresh", 200, 0)[:2]
    usual = source.kept

    def kept(cell: str, metric: str) -> dict[str, Array]:
        if metric != "leaks":
            return dict(usual(cell, metric))
        leaks = {"surest": np.array([3, 4]), "originals": originals, "from_test": np.array([True, False])}
        return leaks if cell.startswith("smote") else {}

    assert "Test or held-out images among" not in section(page(collect(source)))
    source.kept = kept
    report = collect(source)
    html = section(page(report))
    assert html.count("Test or held-out images among the samples") == 1
    assert "each above the real image it comes from: test image and held-out image" in html
    (leaks,) = [p["leaks"] for p in report["sections"]["copies"] if p["configuration"] == "smote"]
    assert (tiles(leaks["both"])[2:] == shaded(originals)[..., 0]).all()
    assert [p["leaks"] for p in report["sections"]["copies"] if p["configuration"] == "affine"] == [None]


def test_each_kind_and_what_is_scored_stand_on_one_card(report: dict[str, Any], page: Any) -> None:
    """The kinds are image by image; what is scored for the set says so, and does not call blends copies."""
    for row in report["results"]:
        row["measure"] = row["measure"].replace("copy_share", "copied_share")
        if row["measure"] == "copied_share":
            row["mean"] = 0.97
    text = " ".join(re.sub(r"<[^>]*>", " ", section(page(report))).split())
    assert "93% blended of two under 1% new Scored for the whole set: 97% not new" in text
