"""Whatever images and however many generators: every section shows them."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from benchmark.api import Images

Report = dict[str, Any]
Page = Callable[[Report], str]


def coloured(images: Images) -> Images:
    """Return digits as images of three channels, dark strokes on a bright ground."""
    return np.asarray(1 - images * np.array([0.9, 0.6, 0.2], dtype=np.float32))


def tiny(images: Images) -> Images:
    """Return digits of 8 by 8 pixels."""
    return images[:, 2:26:3, 2:26:3]


@pytest.fixture(scope="module", params=[coloured, tiny])
def unusual(request: Any, digit_source: Any, collect: Any) -> tuple[str, Report]:
    """The report of images that are not 28 by 28 and grey."""
    return request.param.__name__, collect(digit_source([3, 5], ["smote", "gan"], look=request.param))


def pictures(html: str) -> dict[str, list[Any]]:
    """Return the pictures of a page, decoded by a library that is not ours, by the class of their element."""
    from PIL import Image

    found: dict[str, list[Any]] = {}
    for kind, png in re.findall(r'<img class="([^"]*)"[^>]*base64,([^"]+)"', html):
        found.setdefault(kind, []).append(np.asarray(Image.open(io.BytesIO(base64.b64decode(png)))))
    return found


def test_colour_stays_colour_and_eight_pixels_stay_eight(unusual: Any, page: Page) -> None:
    name, report = unusual
    html = page(report)
    assert "could not be shown" not in html
    assert html.count('<svg class="map') >= 4 and html.count('<svg class="histogram') == 4
    shown = pictures(html)
    if name == "tiny":
        assert not {"colour", "plain"} & set(shown)  # ink: the page makes it dark on light
        assert {p.shape for p in shown["plain ink"]} == {(5 * 10 - 2, 3 * 10 - 2), (8, 5 * 10 - 2)}
    else:
        assert not any("ink" in kind.split() for kind in shown)
        first = next(p for p in shown["plain"] if p.shape[:2] == (5 * 30 - 2, 3 * 30 - 2))
        assert first.shape[2] == 4
        strokes = first[first[..., 3] == 255][:, :3].astype(int)
        assert (strokes[:, 2] >= strokes[:, 0]).all()  # red is taken away most


@pytest.fixture(scope="module")
def many(run_of: Any) -> Report:
    """A run of eight generators on ten classes, scores alone."""
    return run_of(list(range(10)), [f"smote[k={k}]" for k in range(2, 8)] + ["affine", "gan"])


def test_eight_generators_on_ten_classes_all_have_their_rows(many: Report, page: Page) -> None:
    html = page(many)
    assert "could not be shown" not in html
    assert html.count('<div class="vrow" role="row">') == 8
    assert html.count('<div class="crow" role="row">') == 8
    assert len(re.findall(r'<table class="scores', html)) >= 10
    marks = set(re.findall(r'class="icon (s\d(?: hollow)?)"', html))
    assert marks >= {f"s{i}" for i in range(1, 7)} | {"s1 hollow", "s2 hollow"}


def test_eight_generators_without_pictures_stay_small(many: Report, page: Page) -> None:
    assert len(page(many).encode()) < 2_000_000
