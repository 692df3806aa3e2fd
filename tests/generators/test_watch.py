"""What is watched while a generator learns: the distance to validation images, and collapse."""

from __future__ import annotations

import numpy as np
import pytest

from generators._watch import PATIENCE, Best, collapse, energy_distance, split


def test_energy_distance_is_that_of_scipy_in_one_dimension_and_unbiased():
    from scipy import stats

    rng = np.random.default_rng(0)
    one, other = rng.normal(0, 1, (1500, 1)), rng.normal(0.7, 1, (1500, 1))
    assert energy_distance(one, other) == pytest.approx(stats.energy_distance(one[:, 0], other[:, 0]) ** 2, abs=0.005)
    alike = [energy_distance(*rng.normal(size=(2, 12, 3))) for _ in range(300)]
    assert abs(np.mean(alike)) < 3 * np.std(alike) / np.sqrt(300)


def test_validation_images_come_out_of_the_training_images_and_are_not_trained_on():
    train, val = split(100, 0.2, np.random.default_rng(0))
    assert (len(train), len(val)) == (80, 20) and sorted([*train, *val]) == list(range(100))
    train, val = split(100, 0.0, np.random.default_rng(0))
    assert list(train) == list(range(100)) and not len(val)


def test_the_best_state_is_kept_and_after_a_while_it_is_given_up():
    rng = np.random.default_rng(0)
    best = Best(rng.normal(0, 1, (50, 4)))
    stops = [best.look(rng.normal(away, 1, (50, 4)), away) for away in (3, 1, 0, 2, 3, 3)]
    assert best.state == 0
    assert stops == [False] * (2 + PATIENCE) + [True]


def test_only_images_that_are_nearly_one_have_collapsed(fives):
    assert collapse(fives[:50], fives[50:]) is None
    one = fives[0] + np.random.default_rng(0).normal(0, 0.02, fives.shape)
    assert (collapse(one, fives) or "").startswith("collapsed: the median distance to the nearest other sample is 0.")
    assert collapse(one[:2], fives) is None  # of two nothing can be said
