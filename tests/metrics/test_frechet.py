"""Fréchet distance: as scipy's matrix square root has it, by hand, and where a covariance is singular."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from metrics._distances import distance
from metrics.frechet import Frechet


@pytest.mark.parametrize(("n", "d"), [(40, 6), (200, 20)])
def test_it_agrees_with_scipys_matrix_root(plane: Any, score: Any, n: int, d: int) -> None:
    from scipy.linalg import sqrtm

    rng = np.random.default_rng(n)
    real = rng.normal(size=(n, d)).astype(np.float32)
    made = (rng.normal(0.5, 1, (n + 7, d)) @ rng.normal(size=(d, d))).astype(np.float32)
    one, other = np.cov(made, rowvar=False), np.cov(real, rowvar=False)
    apart = ((made.mean(axis=0, dtype=float) - real.mean(axis=0, dtype=float)) ** 2).sum()
    expected = apart + np.trace(one + other - 2 * sqrtm(one @ other).real)
    assert score(Frechet(), plane(made, real)).value("frechet") == pytest.approx(expected, rel=1e-6)
    assert distance(made, real) == pytest.approx(distance(real, made))


def test_five_points_by_hand() -> None:
    """On a line: means 3 and 1, variances 4 and 1 (over n - 1): (3 - 1)^2 + (2 - 1)^2."""
    assert distance(np.array([[1.0], [3.0], [5.0]]), np.array([[1 - 0.5**0.5], [1 + 0.5**0.5]])) == pytest.approx(5)


def test_fewer_images_than_features(plane: Any, score: Any) -> None:
    rng = np.random.default_rng(0)
    real = rng.random((12, 40))
    assert score(Frechet(), plane(real, real)).value("frechet") == pytest.approx(0, abs=1e-6)
    assert score(Frechet(), plane(real + 1, real)).value("frechet") == pytest.approx(40, rel=1e-5)
    assert score(Frechet(), plane(real[:1].repeat(12, axis=0), real)).value("frechet") > 0


def test_real_digits_are_nearer_than_noise(digit: Any, score: Any) -> None:
    def noise(roles: Any, rng: Any) -> Any:
        train = roles["train"]
        return np.clip(train.mean(axis=0) + train.std(axis=0) * rng.normal(size=roles["fresh"].shape), 0, 1)

    real = score(Frechet(), digit(5, lambda r, g: r["fresh"])).value("frechet")
    assert 0 < 3 * real < score(Frechet(), digit(5, noise)).value("frechet")


def test_one_image_is_not_judged(plane: Any, score: Any) -> None:
    assert "at least 2" in score(Frechet(), plane(np.zeros((1, 2)), np.ones((1, 2))))["frechet"].reason
