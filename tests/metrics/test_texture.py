"""Texture: histograms by hand; faults that features cannot see, graded; neither brightness nor channels matter."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import ndimage

from benchmark.evidence.evidence import CellEvidence
from metrics.texture import FAINT, Texture, histograms, plausible


def test_an_edge_is_seen_where_it_is_and_in_its_direction() -> None:
    """A step from 0 to 2 between columns 3 and 4 of 8: two columns of gradient 1, direction 0, in the middle cells."""
    image = np.zeros((1, 8, 8, 1), dtype=np.float32)
    image[:, :, 4:] = 2
    cells = (histograms(image, 1.0) ** 2 - FAINT).reshape(8, 4, 4)
    assert cells[1:] == pytest.approx(0)  # no other direction
    # Columns 3 and 4 (centres 3.5 and 4.5) weigh .75 and .25 in the cell centred at 3; its weights add up to 2.
    assert cells[0] == pytest.approx(np.tile([0.0, 0.5, 0.5, 0.0], (4, 1)))
    assert histograms(image, 2.0) == pytest.approx(histograms(image / 2, 1.0))


def test_four_points_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a line with k = 1: held-out at 0, 1, 2, 10 have radii 1, 1, 1, 8, cut to 1; 10 lies in no ball but its own."""
    monkeypatch.setattr("metrics.texture.K", 1)
    monkeypatch.setattr("metrics.texture.AROUND", 2)
    made, real = plausible(np.array([[0.5], [10.5], [50.0]]), np.array([[0.0], [1.0], [2.0], [10.0]]))
    assert real.tolist() == [1, 1, 1, 0]
    assert made.tolist() == [1, 1, 0]


def with_strokes(images: Any, rng: Any) -> Any:
    """Return the images with a bright line in each, of random place and direction."""
    made = images.copy()
    steps = np.linspace(0, 1, 60)[:, None]
    for image in made:
        ends = rng.uniform(4, 23, (2, 2))
        at = np.round(ends[0] + steps * (ends[1] - ends[0])).astype(int)
        image[at[:, 0], at[:, 1]] = image[at[:, 0] + 1, at[:, 1]] = 1
    return made


FAULTS: dict[str, tuple[Callable[[Any, Any], Any], float, float]] = {
    "fresh": (lambda x, g: x, 0.9, 1.0),
    "an extra stroke": (with_strokes, 0.0, 0.45),
    "noise of sd .05": (lambda x, g: np.clip(x + g.normal(0, 0.05, x.shape), 0, 1), 0.3, 0.8),
    "noise of sd .2": (lambda x, g: np.clip(x + g.normal(0, 0.2, x.shape), 0, 1), 0.0, 0.05),
    "blur of 1 px": (lambda x, g: ndimage.gaussian_filter(x, (0, 1, 1, 0)), 0.0, 0.5),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_faults_are_seen_and_graded(digit: Any, score: Any, fault: str) -> None:
    change, low, high = FAULTS[fault]
    found = score(Texture(), digit(5, lambda r, g: change(r["fresh"], g)))
    assert low <= found.value("texture_density") <= high
    assert ((found.kept["texture"] >= 0) & (found.kept["texture"] <= 1)).all()


def half(images: Any) -> Any:
    return images / 2


def in_colour(images: Any) -> Any:
    return np.repeat(images, 3, axis=-1)


@pytest.mark.parametrize("change", [half, in_colour])
def test_neither_the_brightness_of_the_dataset_nor_equal_channels_matter(digit: Any, score: Any, change: Any) -> None:
    evidence: CellEvidence = digit(5, lambda r, g: r["fresh"] + (np.arange(100) < 50)[:, None, None, None] * 0.05)
    plain = score(Texture(), evidence).value("texture_density")
    evidence.synthetic, evidence.held_out = change(evidence.synthetic), change(evidence.held_out)
    assert score(Texture(), evidence).value("texture_density") == pytest.approx(plain, abs=0.01)


def test_colour_is_seen(digit: Any, score: Any) -> None:
    evidence: CellEvidence = digit(5, lambda r, g: r["fresh"])
    evidence.held_out = in_colour(evidence.held_out)
    evidence.synthetic = in_colour(evidence.synthetic) * np.array([1.0, 0.6, 0.4])
    assert score(Texture(), evidence).value("texture_density") < 0.1


@pytest.mark.parametrize("shape", [(2, 2, 1), (3, 7, 3), (64, 64, 3)])
def test_sizes_from_two_pixels(plane: Any, score: Any, shape: tuple[int, ...]) -> None:
    rng = np.random.default_rng(0)
    evidence: CellEvidence = plane(np.zeros((60, 1)), np.zeros((60, 1)))
    evidence.held_out, evidence.synthetic = rng.random((2, 60, *shape)).astype(np.float32)
    assert score(Texture(), evidence).value("texture_density") > 0.5


def test_flat_images_are_not_judged(plane: Any, score: Any) -> None:
    flat = score(Texture(), plane(np.random.default_rng(0).random((20, 9)), np.full((20, 9), 0.5)))
    assert "no contrast" in flat["texture_density"].reason
