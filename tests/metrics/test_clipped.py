"""Clipped Density and Coverage: by hand, as its authors' package has them, and linear in the share of bad images."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from metrics import clipped as module
from metrics.clipped import Clipped, expected_coverage, good_share

# Values of ClippedDensityCoverage (github.com/nicolassalvy/ClippedDensityCoverage, commit 9920dae, K = 5) on the same
# points in float32: |H|, |S|, dimensions, mean and sd of S; then Clipped Density and Clipped Coverage.
REFERENCE = [
    (250, 250, 6, 0.3, 0.9, 0.9852348993288592, 0.796812749003984),
    (300, 200, 20, 0.2, 1.0, 0.7242798353909465, 0.7313432835820896),
    (150, 400, 2, 1.0, 1.0, 0.6627155172413792, 0.3117206982543641),
    (250, 250, 4, 0.0, 0.5, 1.0, 0.5258964143426295),
]


def normal(n: int, m: int, d: int, shift: float, sd: float) -> tuple[Any, Any]:
    rng = np.random.default_rng(n)
    return rng.normal(0, 1, (n, d)), rng.normal(shift, sd, (m, d))


def test_five_points_by_hand(plane: Any, score: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a line with k = 1. Held-out at 0, 1, 10 have radii 1, 1, 9, cut to 1, 1, 1; synthetic at 2, 4, 100."""
    monkeypatch.setattr(module, "K", 1)
    scores = score(Clipped(), plane([[2.0], [4.0], [100.0]], [[0.0], [1.0], [10.0]]))
    assert scores.kept["density"].tolist() == [1, 0, 0]  # 2 on the edge of 1's ball; 4 is out of 10's, which was cut
    assert scores.value("clipped_density") == pytest.approx((1 / 3) / (2 / 3))
    expected = [0, 1 / 3, 1 / 2, 3 / 5]  # of the balls, m / (m + 2) hold one of m more points: k = 1, N = 3
    assert expected_coverage(3, 3) == pytest.approx(expected)
    assert scores.value("clipped_coverage") == 1  # 1 and 10 are covered: 2/3, more than three good images can be


@pytest.mark.parametrize("case", REFERENCE, ids=str)
def test_it_agrees_with_the_package_of_its_authors(plane: Any, score: Any, case: Any) -> None:
    real, made = normal(*case[:5])
    made[:20] = 8  # bad ones
    scores = score(Clipped(), plane(made, real))
    assert scores.value("clipped_density") == pytest.approx(case[5], abs=1e-9)
    assert scores.value("clipped_coverage") == pytest.approx(case[6], abs=1e-9)


@pytest.mark.parametrize("bad", [0.0, 0.2, 0.5, 0.8, 1.0])
def test_both_fall_linearly_with_the_share_of_bad_images(plane: Any, score: Any, bad: float) -> None:
    """Bad images that lie far away leave the share of good ones: what the calibration is for. Means of ten sets."""
    found = []
    for seed in range(10):
        real, made = np.random.default_rng(seed).normal(size=(2, 200, 3))
        made[: round(bad * 200)] += 50
        scores = score(Clipped(), plane(made, real))
        found.append([scores.value("clipped_density"), scores.value("clipped_coverage")])
    assert np.mean(found, axis=0) == pytest.approx(1 - bad, abs=0.04)


def test_one_outlier_among_held_out_images_makes_nothing_plausible(plane: Any, score: Any) -> None:
    """Its ball reaches the others; precision and density would call what lies between them real."""
    real, _ = normal(200, 200, 3, 0.0, 1.0)
    between = np.linspace(20, 60, 200)[:, None] * np.ones(3)
    outlying = score(Clipped(), plane(between, np.concatenate([real, np.full((1, 3), 80.0)])))
    assert outlying.value("clipped_density") == 0


@pytest.mark.parametrize("good", [0, 1, 30, 59, 60])
def test_the_expected_coverage_leads_back_to_the_share_of_good_images(good: int) -> None:
    assert good_share(expected_coverage(50, 60)[good], 50, 60) == pytest.approx(good / 61)


def test_too_few_images_are_not_judged(plane: Any, score: Any) -> None:
    assert all(s.value is None for s in score(Clipped(), plane(np.zeros((5, 2)), np.ones((5, 2)))).values())
