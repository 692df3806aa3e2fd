"""Rényi kernel entropy: by hand, as its authors' package has it, and the number of modes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from metrics.rke import Rke, similarities

# RKE-MC of rke_score (github.com/mjalali/renyi-kernel-entropy, commit e97951b), by `compute_rke_mc_frobenius_norm`:
# n, dimensions, kernel bandwidth, value.
REFERENCE = [(60, 3, 1.0, 9.950826829816462), (100, 8, 2.0, 15.515708764245154), (40, 2, 0.5, 12.003874221597693)]


def modes(points: Any, width: float) -> float:
    return float(1 / similarities(np.asarray(points, dtype=np.float64), width).mean())


@pytest.mark.parametrize(("n", "d", "width", "expected"), REFERENCE)
def test_it_agrees_with_the_package_of_its_authors(n: int, d: int, width: float, expected: float) -> None:
    assert modes(np.random.default_rng(n).normal(0, 1, (n, d)), width) == pytest.approx(expected, rel=1e-9)


def test_modes_that_lie_apart_are_counted(plane: Any, score: Any) -> None:
    """Four places against eight, all equally frequent: half the modes. One place three times as frequent: fewer."""
    eight = np.repeat(np.eye(8) * 100, 10, axis=0)
    assert modes(eight, 1.0) == pytest.approx(8)
    assert modes(eight[:40], 1.0) == pytest.approx(4)
    assert modes(np.repeat(np.eye(2) * 100, (30, 10), axis=0), 1.0) == pytest.approx(1 / (0.75**2 + 0.25**2))
    assert score(Rke(), plane(eight[:40], eight)).value("rke_ratio") == pytest.approx(0.5, abs=0.05)


def test_draws_are_as_wide_as_samples_are(plane: Any, score: Any) -> None:
    rng = np.random.default_rng(0)
    found = [score(Rke(), plane(*rng.normal(size=(2, 80, 3))))["rke_ratio"] for _ in range(100)]
    assert np.mean([f.draws.std() for f in found]) == pytest.approx(np.std([f.value for f in found]), rel=0.25)


def test_a_repeated_image_is_one_mode(digit: Any, plane: Any, score: Any) -> None:
    repeated = score(Rke(), digit(5, lambda r, g: r["train"][:1] + g.normal(0, 0.02, r["fresh"].shape)))
    assert repeated.value("rke_ratio") < 0.2
    assert score(Rke(), digit(5, lambda r, g: r["fresh"])).value("rke_ratio") == pytest.approx(1, abs=0.25)
    (undefined,) = score(Rke(), plane(np.zeros((20, 3)), np.ones((20, 3)))).values()
    assert "the kernel has no width" in undefined.reason
