"""Authenticity: by hand, and exactly 0 for copies however they are drawn."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from metrics.authenticity import Authenticity


def test_five_points_by_hand(plane: Any, score: Any) -> None:
    """Training 0, 1, 5, 25 have the nearest other at 1, 1, 4, 20; synthetic -2 is 2 from 0, 8 is 3 from 5, 40 is 15."""
    train = [[0.0], [1.0], [5.0], [25.0]]
    assert score(Authenticity(), plane([[-2.0], [8.0], [40.0]], [[0.0]] * 3, train)).value(
        "authenticity"
    ) == pytest.approx(1 / 3)  # the numbers of s or t swapped give 2/3 or 1
    assert score(Authenticity(), plane([[2.0], [-1.0]], [[0.0]] * 2, train)).value("authenticity") == 0  # ties


@pytest.mark.parametrize("seed", range(5))
def test_copies_drawn_with_replacement_are_exactly_0(digit: Any, plane: Any, score: Any, seed: int) -> None:
    def drawn(roles: Any, _: Any) -> Any:
        return roles["train"][np.random.default_rng(seed).integers(200, size=100)]

    assert score(Authenticity(), digit(3, drawn)).value("authenticity") == 0
    twins = np.random.default_rng(seed).integers(0, 3, (30, 2))  # training images that are equal too
    assert score(Authenticity(), plane(twins[::-1], twins, twins)).value("authenticity") == 0


def test_real_images_have_their_ceiling_and_noise_passes(digit: Any, score: Any) -> None:
    assert 0.5 < score(Authenticity(), digit(5, lambda r, g: r["fresh"])).value("authenticity") < 0.8
    assert score(Authenticity(), digit(5, lambda r, g: g.random(r["fresh"].shape))).value("authenticity") == 1


def test_one_training_image_is_not_judged(plane: Any, score: Any) -> None:
    found = score(Authenticity(), plane(np.zeros((5, 2)), np.ones((5, 2)), np.ones((1, 2))))
    assert "at least 2" in found["authenticity"].reason
