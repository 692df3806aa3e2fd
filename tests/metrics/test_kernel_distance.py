"""Kernel distance: by hand, unbiased, blind to the scale of a feature, and with the right width of its draws."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from metrics.kernel_distance import KernelDistance


def test_five_points_by_hand(plane: Any, score: Any) -> None:
    """Synthetic 2, 3, 4 and held-out 1, 3 have the common mean 2.6 and the common variance 5.2 / 5."""
    made, real = [(x - 2.6) / 1.04**0.5 for x in (2, 3, 4)], [(x - 2.6) / 1.04**0.5 for x in (1, 3)]

    def k(x: float, y: float) -> float:
        return (x * y + 1) ** 3

    within = np.mean([k(made[0], made[1]), k(made[0], made[2]), k(made[1], made[2])])
    expected = within + k(*real) - 2 * np.mean([k(x, y) for x in made for y in real])
    found = score(KernelDistance(), plane([[2.0], [3.0], [4.0]], [[1.0], [3.0]])).value("kernel_distance")
    assert found == pytest.approx(expected)


def test_scale_and_place_of_a_feature_do_not_matter(plane: Any, score: Any) -> None:
    rng = np.random.default_rng(0)
    made, real = rng.normal(0.3, 1, (50, 3)), rng.normal(size=(50, 3))
    one = score(KernelDistance(), plane(made, real)).value("kernel_distance")
    scale = np.array([1, 100, 0.1])
    assert score(KernelDistance(), plane(made * scale + 4, real * scale + 4)).value("kernel_distance") == pytest.approx(
        one, rel=1e-3
    )
    constant = np.ones((50, 1))
    assert np.isfinite(
        score(KernelDistance(), plane(np.hstack([made, constant]), np.hstack([real, constant]))).value(
            "kernel_distance"
        )
    )


def test_it_is_unbiased_and_its_draws_are_as_wide_as_samples_are(plane: Any, score: Any) -> None:
    rng = np.random.default_rng(1)

    def many(shift: float) -> tuple[Any, Any]:
        found = [
            score(KernelDistance(), plane(rng.normal(shift, 1, (80, 4)), rng.normal(size=(80, 4))))["kernel_distance"]
            for _ in range(60)
        ]
        return np.array([f.value for f in found]), np.array([f.draws.std() for f in found])

    same, _ = many(0)
    assert abs(same.mean()) < 3 * same.std() / np.sqrt(60)
    assert (same < 0).any()
    apart, widths = many(0.5)
    assert apart.mean() > 5 * same.std()
    assert 0.7 < widths.mean() / apart.std() < 1.5  # half of it without the factor 2


def test_real_digits_are_nearer_than_noise(digit: Any, score: Any) -> None:
    def noise(roles: Any, rng: Any) -> Any:
        train = roles["train"]
        return np.clip(train.mean(axis=0) + train.std(axis=0) * rng.normal(size=roles["fresh"].shape), 0, 1)

    real = score(KernelDistance(), digit(5, lambda r, g: r["fresh"])).value("kernel_distance")
    assert 10 * abs(real) < score(KernelDistance(), digit(5, noise)).value("kernel_distance")


def test_one_image_is_not_judged(plane: Any, score: Any) -> None:
    found = score(KernelDistance(), plane(np.zeros((1, 2)), np.ones((1, 2))))
    assert "at least 2" in found["kernel_distance"].reason
