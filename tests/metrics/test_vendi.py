"""Vendi score: by hand, as the eigenvalues of the similarities have it, and with the right width of its draws."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from metrics.vendi import Vendi, entropies


def vendi(features: Any) -> float:
    return float(np.exp(entropies(np.asarray(features, dtype=np.float32)).mean()))


def test_five_points_by_hand(plane: Any, score: Any) -> None:
    """Four directions at right angles count 4, whatever their length; two, one of them three times, less than 2."""
    four, two = [[1, 0], [0, 3], [1, 0], [5, 0]], [[1, 0], [2, 0], [0, 1], [0, 1]]
    assert vendi(np.eye(5)[:4] * np.arange(1, 5)[:, None]) == pytest.approx(4)
    assert vendi(two) == pytest.approx(2)
    assert vendi(four) == pytest.approx((3 / 4) ** -0.75 * (1 / 4) ** -0.25)
    assert score(Vendi(), plane(four, two)).value("vendi_ratio") == pytest.approx(vendi(four) / 2)


@pytest.mark.parametrize("shape", [(60, 8), (20, 50)])
def test_it_is_the_entropy_of_the_similarities(shape: tuple[int, int]) -> None:
    rows = np.random.default_rng(0).normal(0.3, 1, shape)
    unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    eigenvalues = np.linalg.eigvalsh(unit @ unit.T / len(rows))
    eigenvalues = eigenvalues[eigenvalues > 1e-12]
    assert vendi(rows) == pytest.approx(np.exp(-(eigenvalues * np.log(eigenvalues)).sum()), rel=1e-5)


def test_draws_are_as_wide_as_samples_are(plane: Any, score: Any) -> None:
    rng = np.random.default_rng(0)
    scale = np.array([3, 1, 0.5])
    found = [
        score(Vendi(), plane(rng.normal(size=(80, 3)) * scale, rng.normal(size=(80, 3))))["vendi_ratio"]
        for _ in range(100)
    ]
    assert np.mean([f.draws.std() for f in found]) == pytest.approx(np.std([f.value for f in found]), rel=0.25)


def test_a_repeated_image_is_one_image(digit: Any, plane: Any, score: Any) -> None:
    repeated = score(Vendi(), digit(5, lambda r, g: r["train"][:1] + g.normal(0, 0.02, r["fresh"].shape)))
    assert repeated.value("vendi_ratio") < 0.2
    assert score(Vendi(), digit(5, lambda r, g: r["fresh"])).value("vendi_ratio") == pytest.approx(1, abs=0.12)
    nothing = score(Vendi(), plane(np.zeros((20, 3)), np.random.default_rng(0).random((20, 3))))
    assert nothing.value("vendi_ratio") <= 1  # no direction at all, and no NaN
