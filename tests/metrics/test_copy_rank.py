"""Copy rank and membership: by hand, as scikit-learn's AUC has them, and on copied digits."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from metrics._ranks import above, share_below
from metrics.copy_rank import CopyRank


def test_five_points_by_hand(plane: Any, score: Any) -> None:
    """Training at 0 and 10. Synthetic are 0, 1 and 4 away, held-out 1 and 3: of six pairs two are won, one is tied."""
    scores = score(CopyRank(), plane([[10.0], [1.0], [4.0]], [[-1.0], [13.0]], [[0.0], [10.0]]))
    assert scores.value("copy_rank") == pytest.approx(2.5 / 6)


def test_it_is_the_area_under_a_curve() -> None:
    from sklearn.metrics import roc_auc_score

    rng = np.random.default_rng(0)
    one, other = rng.integers(0, 9, 70), rng.integers(2, 12, 50)  # many ties
    found = above(one, other, rng)
    assert found.value == pytest.approx(roc_auc_score(np.repeat([1, 0], [70, 50]), np.concatenate([one, other])))
    assert found.value == pytest.approx(1 - above(other, one, rng).value)
    assert share_below(np.array([1, 2, 5]), np.array([1, 1, 2, 3])).tolist() == [0.25, 0.625, 1]


def test_draws_are_as_wide_as_samples_are() -> None:
    rng = np.random.default_rng(0)
    found = [above(rng.normal(0.5, 1, 60), rng.normal(0, 1, 40), rng) for _ in range(200)]
    width = np.std([f.value for f in found])
    assert np.mean([f.draws.std() for f in found]) == pytest.approx(width, rel=0.2)


def test_copies_rank_lowest_and_new_images_in_the_middle(digit: Any, score: Any) -> None:
    def half(roles: Any, rng: Any) -> Any:
        return np.concatenate([roles["fresh"][:50], roles["train"][:50]])

    metric = CopyRank()
    new = score(metric, digit(5, lambda r, g: r["fresh"])).value("copy_rank")
    assert 0.4 < new < 0.6
    assert score(metric, digit(5, lambda r, g: r["train"][:100])).value("copy_rank") == 0
    assert score(metric, digit(5, half)).value("copy_rank") == pytest.approx(new / 2, abs=0.05)
