"""Membership: which training images leaked, by hand and on copied digits."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from metrics.membership import Membership


def test_five_points_by_hand(plane: Any, score: Any) -> None:
    """Synthetic at 0 and 10. Training are 0 and 2 away, held-out 1, 2 and 4: of six pairs four are told, one tied."""
    scores = score(Membership(), plane([[0.0], [10.0]], [[1.0], [12.0], [14.0]], [[0.0], [8.0]]))
    assert scores.value("membership_auc") == pytest.approx(4.5 / 6)


def test_copies_give_their_originals_away(plane: Any, score: Any, digit: Any) -> None:
    def half(roles: Any, rng: Any) -> Any:
        return np.concatenate([roles["fresh"][:50], roles["train"][:50]])

    metric = Membership()
    assert 0.4 < score(metric, digit(5, lambda r, g: r["fresh"])).value("membership_auc") < 0.6
    # half of the 200 training images were copied: they come first, the others lie like held-out ones
    copied = score(metric, digit(5, lambda r, g: r["train"][:100]))
    assert copied.value("membership_auc") == pytest.approx(0.75, abs=0.05)
    assert score(metric, digit(5, half)).value("membership_auc") == pytest.approx(0.62, abs=0.05)
    points = np.random.default_rng(0).random((40, 3))
    assert score(metric, plane(points, points + 0.05, points)).value("membership_auc") == 1
