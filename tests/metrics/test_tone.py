"""Tone: limits by hand; dimmed and blurred images, graded; neither brightness nor channels matter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy import ndimage

from benchmark.evidence.evidence import CellEvidence
from metrics._limits import contrast, graded, grey
from metrics.tone import Tone


def test_limits_by_hand() -> None:
    found = np.array([[0.0, 5.0], [1.1, 5.0], [-0.2, 5.1], [9.0, 5.0]])
    kept = graded(found, np.array([0.0, 4.0]), np.array([1.0, 5.0]), 0.4)
    assert kept == pytest.approx([1, 0.75, 0.5, 0])  # the worse of two counts


def test_grey_and_contrast(plane: Any) -> None:
    images = np.array([[0.1, 0.4], [0.2, 0.4], [0.0, 0.9]], dtype=np.float32).reshape(3, 1, 2, 1)
    assert contrast(replace(plane([[0]], [[0]]), held_out=images)) == pytest.approx(0.3)
    assert (grey(np.repeat(images, 3, axis=-1)) == images[..., 0]).all()


CHANGES: dict[str, tuple[Callable[[Any], Any], float, float]] = {
    "fresh": (lambda x: x, 0.95, 1.0),
    "dimmed to .85": (lambda x: x * 0.85, 0.3, 0.5),
    "dimmed to .7": (lambda x: x * 0.7, 0.0, 0.01),
    "raised by .1": (lambda x: 0.1 + 0.9 * x, 0.5, 0.7),
    "blurred by .5": (lambda x: ndimage.gaussian_filter(x, (0, 0.5, 0.5, 0)), 0.3, 0.8),
    "blurred by 1": (lambda x: ndimage.gaussian_filter(x, (0, 1, 1, 0)), 0.0, 0.01),
    "their mean": (lambda x: np.repeat(x.mean(axis=0, keepdims=True), len(x), axis=0), 0.0, 0.01),
    "blank": (lambda x: x * 0, 0.0, 0.0),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("unit", [1.0, 0.5])
@pytest.mark.parametrize("channels", [1, 3])
def test_other_tones_are_seen_and_graded(digit: Any, score: Any, change: str, unit: float, channels: int) -> None:
    evidence: CellEvidence = digit(5, lambda r, g: CHANGES[change][0](r["fresh"]))
    evidence.synthetic = np.repeat(evidence.synthetic * unit, channels, axis=-1)
    evidence.held_out = np.repeat(evidence.held_out * unit, channels, axis=-1)
    _, low, high = CHANGES[change]
    assert low <= score(Tone(), evidence).value("tone_plausibility") <= high


def test_flat_and_tiny_images_are_not_judged(plane: Any, score: Any) -> None:
    narrow: CellEvidence = plane(np.zeros((20, 9)), np.zeros((20, 9)))
    assert "3 x 3" in score(Tone(), narrow)["tone_plausibility"].reason
    narrow = replace(narrow, task=replace(narrow.task, shape=(5, 5, 1)))
    narrow.held_out = narrow.synthetic = np.zeros((20, 5, 5, 1), dtype=np.float32)
    assert "no contrast" in score(Tone(), narrow)["tone_plausibility"].reason
