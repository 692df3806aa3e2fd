"""Precision, recall, density, coverage: by hand, and as the reference package has them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from metrics import prdc as module
from metrics.diversity import Diversity
from metrics.prdc import Prdc, groups


def test_five_points_by_hand(plane: Any, score: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a line with k = 1. Held-out at 0, 1, 10 have radii 1, 1, 9; synthetic at 2, 4 have radii 2, 2."""
    monkeypatch.setattr(module, "K", 1)
    scores = score(Prdc(), plane([[2.0], [4.0]], [[0.0], [1.0], [10.0]]))
    assert scores.value("recall") == pytest.approx(2 / 3)  # 0 (on the edge) and 1 by 2's ball
    assert scores.value("coverage") == pytest.approx(2 / 3)  # 1 holds 2 (on the edge), 10 holds 2 and 4
    assert scores.value("precision") == 1
    assert scores.value("density") == 1  # (2 + 1) / 2, clipped


@pytest.mark.parametrize("n", [60, 250])
def test_it_agrees_with_the_package(plane: Any, score: Any, n: int, capsys: pytest.CaptureFixture[str]) -> None:
    package = pytest.importorskip("prdc")
    rng = np.random.default_rng(n)
    real, made = rng.normal(0, 1, (n, 6)), rng.normal(0.3, 0.9, (n, 6))
    expected = package.compute_prdc(real.astype(np.float32), made.astype(np.float32), nearest_k=5)
    scores = score(Prdc(), plane(made, real))
    for name, value in expected.items():
        assert scores.value(name) == pytest.approx(min(value, 1)), name


def test_identical_disjoint_and_repeated(plane: Any, score: Any) -> None:
    points = np.random.default_rng(0).random((100, 3))
    same = score(Prdc(), plane(points, points))
    assert all(same.value(name) == 1 for name in same)
    apart = score(Prdc(), plane(points, points + 9))
    assert all(apart.value(name) == 0 for name in apart)
    repeated = score(Prdc(), plane(np.repeat(points[:1], 100, axis=0) + 1e-3, points))
    assert repeated.value("recall") == 0
    assert repeated.value("coverage") < 0.1


def test_permuting_images_changes_nothing(plane: Any, score: Any) -> None:
    rng = np.random.default_rng(0)
    real, made = rng.normal(size=(2, 40, 3))
    for metric in (Prdc(), Diversity()):
        one, two = score(metric, plane(made, real)), score(metric, plane(rng.permutation(made), rng.permutation(real)))
        assert all(one.value(name) == pytest.approx(two.value(name)) for name in one)


def test_diversity_by_hand(plane: Any, score: Any) -> None:
    """Nearest others: synthetic 0, 1, 3 are at 1, 1, 2; held-out 0, 4 at 4, 4."""
    assert score(Diversity(), plane([[0.0], [1.0], [3.0]], [[0.0], [4.0]])).value("diversity") == pytest.approx(1 / 3)
    collapsed = score(Diversity(), plane(np.ones((50, 2)), np.random.default_rng(0).random((50, 2))))
    assert collapsed.value("diversity") == 0


def test_too_few_images_are_not_judged(plane: Any, score: Any) -> None:
    assert all(s.value is None for s in score(Prdc(), plane(np.zeros((5, 2)), np.ones((5, 2)))).values())
    assert score(Diversity(), plane(np.zeros((1, 2)), np.ones((1, 2))))["diversity"].value is None
    # held-out images that are all equal leave nothing to compare with
    (undefined,) = score(Diversity(), plane(np.zeros((3, 2)), np.ones((3, 2)))).values()
    assert "the distances of held-out images are 0" in undefined.reason


def test_groups_are_of_neighbours_that_are_both_missed_the_largest_first() -> None:
    missed = np.array([True, True, False, True, True, True])
    neighbours = np.array([[2], [3], [0], [2], [5], [1]])  # 1-3, 4-5 and 5-1 are linked; 0 has only 2, which is covered
    assert groups(missed, neighbours).tolist() == [1, 0, -1, 0, 0, 0]
    assert groups(np.zeros(6, bool), neighbours).tolist() == [-1] * 6
