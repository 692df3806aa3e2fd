"""Mixing: by hand, and what must not change it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metrics._joint import other_share, over_expected
from metrics.mixing import Mixing

steady = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def test_five_points_by_hand(plane: Callable[..., Any]) -> None:
    """On a line: synthetic at 0, 1, 5; held-out at 2, 6. The two nearest of each, by eye."""
    evidence = plane([[0.0], [1.0], [5.0]], [[2.0], [6.0]])
    own = evidence.neighbours("synthetic", "synthetic", 2).distances
    other = evidence.neighbours("synthetic", "held_out", 2).distances
    # 0: {1s, 2h}; 1: {0s, 2h}; 5: {6h, 2h}
    assert other_share(own, other, 2).tolist() == [0.5, 0.5, 1.0]
    assert over_expected(np.array([0.5]), 3, 2).tolist() == [1.0]  # two of four others are held-out
    # the nearest alone: 0: 1s; 1: tie of 0s and 2h; 5: 6h
    assert other_share(own[:, :1], other[:, :1], 1).tolist() == [0.0, 0.5, 1.0]


@given(st.integers(0, 2**32 - 1), st.integers(12, 30))
@steady
def test_neither_order_nor_side_matters(plane: Any, score: Any, seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    one, two = rng.integers(0, 4, (2, n, 2)) / 4  # many ties
    straight, swapped = score(Mixing(), plane(one, two)), score(Mixing(), plane(two, one))
    shuffled = score(Mixing(), plane(rng.permutation(one), rng.permutation(two)))
    assert straight.value("mixing") == pytest.approx(swapped.value("mixing"))
    assert straight.value("mixing_real_side") == pytest.approx(swapped.value("mixing_synthetic_side"))
    for name in straight:
        assert straight.value(name) == pytest.approx(shuffled.value(name)), name


def test_identical_sets_mix_and_disjoint_ones_do_not(plane: Any, score: Any) -> None:
    points = np.random.default_rng(0).random((200, 3))
    same = score(Mixing(), plane(points, points))
    assert same.value("mixing") == pytest.approx(1.1, abs=0.01)  # own copy first, then pairs of equal distance
    assert same.value("two_sample_1nn") == 0  # the copy is always nearest
    apart = score(Mixing(), plane(points, points + 5))
    assert apart.value("mixing") == 0
    assert apart.value("two_sample_1nn") == 1


def test_the_weaker_side_counts(plane: Any, score: Any) -> None:
    rng = np.random.default_rng(0)
    crowded = rng.normal(0, 0.3, (200, 2))  # in the middle of the real ones
    scores = score(Mixing(), plane(crowded, rng.normal(0, 1, (200, 2))))
    assert scores.value("mixing") == min(scores.value("mixing_real_side"), scores.value("mixing_synthetic_side"))
    sides = [scores.value(f"two_sample_1nn_{side}_side") for side in ("real", "synthetic")]
    assert scores.value("two_sample_1nn") == max(sides, key=lambda side: abs(side - 0.5))


def test_too_few_images_are_not_judged(plane: Any, score: Any) -> None:
    scores = score(Mixing(), plane(np.zeros((10, 2)), np.ones((10, 2))))
    assert all(s.value is None and "more than 10" in s.reason for s in scores.values())
