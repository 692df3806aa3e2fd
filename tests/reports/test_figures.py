"""Figures: what is drawn is what was measured."""

from __future__ import annotations

import base64
import io
import re
from typing import Any

import numpy as np
import pytest

from reports._histogram import ticks
from reports._png import is_ink, pairs, shaded, sheet
from reports._points import solid_map
from reports._svg import SHAPES, place, strip
from reports._text import brief, day_of, fixed, listed, percent, shortened, words_of
from reports._tokens import MARKS, SURFACES, TEXT, TOKENS
from reports.cost import Scale
from reports.training import _smooth, _some

GENERATOR = {"id": "a", "label": "a", "slot": 3, "hollow": False}


def decoded(made: dict[str, Any]) -> Any:
    """Read a sheet with a library that is not ours."""
    from PIL import Image

    return np.asarray(Image.open(io.BytesIO(base64.b64decode(made["png"]))))


def test_a_grey_sheet_holds_the_images_in_reading_order() -> None:
    images = np.random.default_rng(0).random((5, 4, 6, 1), dtype=np.float32)
    pixels = decoded(sheet(images, 3, ink=True))
    assert pixels.shape == (10, 22)
    assert (pixels[6:10, 8:14] == shaded(images)[4, ..., 0]).all()
    assert np.abs(pixels[:4, :6] / 255 - images[0, ..., 0]).max() < 0.02
    assert (pixels[4:6] == 0).all()


def test_a_colour_sheet_has_clear_gaps_and_three_channels() -> None:
    images = np.random.default_rng(0).random((4, 3, 3, 3), dtype=np.float32)
    pixels = decoded(sheet(images, 2, ink=False))
    assert pixels.shape == (8, 8, 4)
    assert (pixels[3:5, :, 3] == 0).all()
    assert (pixels[:3, :3, :3] == shaded(images)[0]).all()


def test_ink_is_light_on_dark_and_of_one_channel() -> None:
    dark = np.zeros((2, 4, 4, 1), dtype=np.float32)
    assert is_ink(dark) and not is_ink(1 - dark) and not is_ink(np.zeros((2, 4, 4, 3), dtype=np.float32))


def test_a_partner_stands_beside_its_image_and_paler() -> None:
    images, near = np.full((1, 2, 2, 1), 0.5, dtype=np.float32), np.ones((1, 2, 2, 1), dtype=np.float32)
    assert np.allclose(pairs(images, near, ink=True)[0, 0, :, 0], [0.5, 0.5, 0.62, 0.62])
    assert np.allclose(pairs(images, near, ink=True, below=True)[0, :, 0, 0], [0.5, 0.5, 0.62, 0.62])
    assert np.allclose(pairs(1 - images, 1 - near, ink=False)[0, 0, :, 0], [0.5, 0.5, 0.38, 0.38])


def test_what_lies_outside_the_axis_is_drawn_at_its_end_and_named_truly() -> None:
    row = {"score": 3.0, "lo": -9.0, "hi": 15.0, "status": "ok"}
    svg = str(strip(GENERATOR, row, "Varied"))
    assert 'aria-label="Varied: 3.00, 95% interval \u22129.00 to 15.00"' in svg
    assert place(-9) == 0 and place(15) == 100
    assert max(float(x) for x in re.findall(r'"([\d.-]+)%"', svg)) == 100


def test_shapes_differ_so_that_colour_is_not_needed() -> None:
    assert len(set(SHAPES)) == 7


def test_near_points_are_drawn_last_and_larger() -> None:
    svg = str(solid_map([-1000, -1000, -1000, 1000, 1000, 1000], 2, GENERATOR, "x"))
    widths = [int(w) for w in re.findall(r'own d\d" stroke-width="(\d+)"', svg)]
    assert widths == sorted(widths) and len(set(widths)) == 2
    far, near = (int(x) for x in re.findall(r"M(-?\d+) -?\d+h0", svg))
    assert far < near  # of these two the near corner is seen to the right


def test_all_points_are_drawn_inside_the_frame() -> None:
    points = np.random.default_rng(0).integers(-1000, 1001, 300).tolist()
    places = re.findall(r"M(-?\d+) (-?\d+)h0", str(solid_map(points, 50, GENERATOR, "x")))
    assert len(places) == 100
    assert np.abs(np.array(places, dtype=int)).max() <= 1000


@pytest.mark.parametrize(
    ("end", "expected"), [(11.0, [2, 4, 6, 8, 10]), (0.9, [0.2, 0.4, 0.6, 0.8]), (2.3, [0.5, 1, 1.5, 2])]
)
def test_ticks_are_round(end: float, expected: list[float]) -> None:
    assert ticks(end) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0.0491, "0.049"), (243.2, "240"), (6643.0, "6,600"), (0.8249, "0.82"), (0, "0"), (1e6, "1,000,000")],
)
def test_brief_numbers_have_two_digits_and_no_powers(value: float, expected: str) -> None:
    assert brief(value) == expected


@pytest.mark.parametrize(
    ("share", "expected"),
    [(0, "0%"), (0.002, "under 1%"), (0.006, "1%"), (0.5, "50%"), (0.994, "99%"), (0.998, "over 99%"), (1, "100%")],
)
def test_a_share_is_none_or_all_only_where_it_is(share: float, expected: str) -> None:
    assert percent(share) == expected


def test_text() -> None:
    assert fixed(-0.5) == "\u22120.50" and fixed(-0.001) == "0.00" and fixed(None) == "—"
    assert listed(["a", "b", "c"]) == "a, b and c" and listed(["a"]) == "a" and listed([]) == ""
    assert len(shortened("x" * 999)) == 300
    assert words_of("stroke_plausibility") == "Stroke plausibility"
    assert words_of("tsne_overlap_2d") == "t-SNE overlap 2D"
    assert day_of("2026-11-03T01:02:03+00:00") == "3 November 2026"


def test_a_logarithmic_scale_holds_all_values() -> None:
    scale = Scale([0.03, 37.0, None])
    assert scale.start == "0.01"
    assert 0 < scale.place(0.03) < scale.place(37.0) < 52
    assert Scale([0.0, 37.0]).place(0.0) == 0


def test_smoothing_keeps_the_mean_and_the_number_of_points_small() -> None:
    points = [[float(i), float(i % 7)] for i in range(2400)]
    smooth = _smooth(points)
    assert smooth["width"] == 20 and len(smooth["points"]) == 120
    assert np.mean([v for _, v in smooth["points"]]) == pytest.approx(np.mean([v for _, v in points]), abs=1e-4)


def test_of_many_moments_the_first_and_last_stay() -> None:
    kept = [step for step, _ in _some([(i, None) for i in range(50)])]
    assert len(kept) == 6 and kept[0] == 0 and kept[-1] == 49


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize("token", [*TEXT, *MARKS])
def test_contrast(token: str, surface: str, theme: int) -> None:
    light, dark = sorted((_luminance(TOKENS[token][theme]), _luminance(TOKENS[surface][theme])), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= (4.5 if token in TEXT else 3.0)
