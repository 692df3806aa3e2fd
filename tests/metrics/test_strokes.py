"""Strokes: each number on images drawn by hand, and refusal where there are no strokes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import ndimage

from benchmark.evidence.evidence import CellEvidence
from metrics import _strokes
from metrics.strokes import Strokes


def drawn(*rows: str) -> Any:
    """Return one image: '#' is 1, '+' is .5."""
    return np.array([[{"#": 1.0, "+": 0.5}.get(pixel, 0.0) for pixel in row] for row in rows], dtype=np.float32)[None]


def test_each_number_by_hand() -> None:
    image = drawn(".......", ".##..+.", "...#...", ".......", ".#.....", "......#")
    ink, grey, edge, components, speckles = _strokes.describe(image)[0]
    assert ink == 5.5
    assert grey == pytest.approx(1 / 6)
    assert edge == pytest.approx((6 + 4 + 2 + 4 + 2) / 5.5)  # the stroke of two, diagonal, grey, lone, border
    assert components == 4  # the diagonal pixel belongs to the stroke
    assert speckles == 2  # grey and lone; stroke pixels touch, the border pixel has no eight


def test_images_of_a_stack_do_not_touch() -> None:
    image = drawn("##", "##")
    assert _strokes.components(np.concatenate([image, image, 0 * image, image])).tolist() == [1, 1, 0, 1]
    assert _strokes.components(np.zeros((3, 4, 4))).tolist() == [0, 0, 0]


def test_real_strokes_pass_and_faults_do_not(digit: Any, score: Any) -> None:
    def ghosts(roles: Any, rng: Any) -> Any:
        images = roles["fresh"].copy()
        images[:, 1:27:4, 1:3] = 1
        return images

    def speckled(roles: Any, rng: Any) -> Any:
        return np.clip(roles["fresh"] + (rng.random(roles["fresh"].shape) < 0.05) * 0.6, 0, 1)

    assert score(Strokes(), digit(5, lambda r, g: r["fresh"])).value("stroke_plausibility") > 0.8
    ghostly = score(Strokes(), digit(5, ghosts))
    assert ghostly.value("ghost_strokes") == 1
    assert ghostly.value("stroke_plausibility") == 0
    assert score(Strokes(), digit(5, speckled)).value("speckled") > 0.95
    assert ghostly.kept["outside"].shape == (100, 5)


def half_grey(images: Any) -> Any:
    made = images.copy()
    made[:50, ..., 0] = np.where(made[:50, ..., 0] > 0.5, 0.8, 0)  # no solid ink in half of them
    return made


@pytest.mark.parametrize(("unit", "ground", "channels"), [(0.5, 0.0, 1), (0.5, 0.3, 1), (1.0, 0.0, 3)])
def test_neither_brightness_nor_equal_channels_matter(
    digit: Any, score: Any, unit: float, ground: float, channels: int
) -> None:
    evidence: CellEvidence = digit(5, lambda r, g: half_grey(r["fresh"]))
    plain = score(Strokes(), evidence)
    evidence.synthetic = np.repeat(ground + unit * evidence.synthetic, channels, axis=-1)
    evidence.held_out = np.repeat(ground + unit * evidence.held_out, channels, axis=-1)
    other = score(Strokes(), evidence)
    for measure in ("stroke_plausibility", "ghost_strokes", "speckled"):
        assert other.value(measure) == pytest.approx(plain.value(measure), abs=0.01)


def test_plausibility_falls_by_degrees(digit: Any, score: Any) -> None:
    """Blur makes ink grey: a little of it is a small fault, although nearly all images are out of range early on."""

    def blurred(sd: float) -> Any:
        def change(roles: Any, rng: Any) -> Any:
            return ndimage.gaussian_filter(roles["fresh"], (0, sd, sd, 0))

        return score(Strokes(), digit(5, change)).value("stroke_plausibility")

    slight, more, strong = (blurred(sd) for sd in (0.4, 0.8, 1.6))
    assert slight > 0.85
    assert 0.2 < more < 0.85
    assert strong < 0.2


def test_no_strokes_no_judgement(plane: Any, score: Any) -> None:
    dark_spot = np.full((20, 9), 0.5) * (np.arange(9) > 0)
    bright = score(Strokes(), plane(np.ones((20, 9)), 0.1 + dark_spot))
    assert all(s.value is None and "mostly dark background" in s.reason for s in bright.values())
    flat = score(Strokes(), plane(np.ones((20, 9)), np.ones((20, 9))))
    assert all("no contrast" in s.reason for s in flat.values())
    colour: CellEvidence = plane(np.zeros((20, 12)), np.zeros((20, 12)))
    colour.held_out = colour.synthetic = np.random.default_rng(0).random((20, 2, 2, 3)).astype(np.float32)
    assert all("in colour" in s.reason for s in score(Strokes(), colour).values())
