"""Strokes: each number on images drawn by hand, and refusal where there are no strokes."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmark.evidence.evidence import CellEvidence
from metrics import _strokes
from metrics.strokes import Strokes


def drawn(*rows: str) -> Any:
    """Return one image: '#' is 1, '+' is .5."""
    return np.array([[{"#": 1.0, "+": 0.5}.get(pixel, 0.0) for pixel in row] for row in rows], dtype=np.float32)[None]


def test_each_number_by_hand() -> None:
    image = drawn(".......", ".##..+.", "...#...", ".......", ".#.....", "......#")
    ink, grey, edge, components, speckles = _strokes.describe(image[..., None])[0]
    assert ink == 5.5
    assert grey == 1 / 6
    assert edge == (6 + 4 + 2 + 4 + 2) / 5.5  # the stroke of two, diagonal, grey, lone, border
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


def test_no_strokes_no_judgement(plane: Any, score: Any) -> None:
    bright = score(Strokes(), plane(np.ones((20, 9)), np.full((20, 9), 0.5)))
    assert all(s.value is None and "mostly dark background" in s.reason for s in bright.values())
    colour: CellEvidence = plane(np.zeros((20, 12)), np.zeros((20, 12)))
    colour.held_out = colour.synthetic = np.zeros((20, 2, 2, 3), dtype=np.float32)
    assert all("3 channels" in s.reason for s in score(Strokes(), colour).values())
