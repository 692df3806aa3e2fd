"""C_T: as its authors' code has it, and where copies are found that a global test misses."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from metrics.c_t import Ct, over_cells
from metrics.copy_rank import CopyRank

# C_T of data_copying_tests.py (github.com/casey-meehan/data-copying, commit a0ba2db; distances flattened for
# today's scipy), with tau = 20 / 120, on `sets`: seed, mean and sd of the synthetic points, value.
REFERENCE = [(0, 0.0, 1.0, -2.2058068000959095), (1, 0.5, 1.0, -2.4094802431679003), (2, 0.0, 0.5, -4.911704346834097)]


def sets(seed: int, shift: float, sd: float) -> tuple[Any, Any, Any]:
    rng = np.random.default_rng(seed)
    train, real = rng.normal(0, 1, (300, 4)), rng.normal(0, 1, (150, 4))
    made = rng.normal(shift, sd, (120, 4))
    made[:40] = train[:40] + rng.normal(0, 0.05, (40, 4))
    return made, real, train


def thirds(points: Any) -> Any:
    return (points[:, 0] > -0.5).astype(int) + (points[:, 0] > 0.5)


@pytest.mark.parametrize(("seed", "shift", "sd", "expected"), REFERENCE)
def test_it_agrees_with_the_code_of_its_authors(seed: int, shift: float, sd: float, expected: float) -> None:
    cut = [(points, thirds(points)) for points in sets(seed, shift, sd)]
    assert over_cells(*cut, rng=np.random.default_rng(0)).value == pytest.approx(expected, rel=1e-9)


def test_copies_in_a_wide_region_are_found_although_it_is_drawn_from_too_often(plane: Any, score: Any) -> None:
    """What cells are for: near copies of the wide mode are still farther away than new images of the narrow one."""
    rng = np.random.default_rng(0)

    def modes(narrow: int, wide: int) -> Any:
        return np.concatenate([rng.normal(0, 0.1, (narrow, 3)), rng.normal(60, 5, (wide, 3))])

    train, real = modes(100, 100), modes(100, 100)
    made = np.concatenate([modes(25, 0), train[100:] + rng.normal(0, 0.5, (100, 3))])
    evidence = plane(made, real, train)
    assert score(Ct(cells=2), evidence).value("c_t") < -3
    assert score(Ct(cells=1), evidence).value("c_t") > -2
    assert score(CopyRank(), evidence).value("copy_rank") > 0.45


def test_the_order_of_images_changes_no_number(plane: Any, score: Any) -> None:
    made, real, train = sets(0, 0.0, 1.0)
    turned = [points[::-1] for points in (made, real, train)]
    assert score(Ct(), plane(*turned)).value("c_t") == pytest.approx(score(Ct(), plane(made, real, train)).value("c_t"))


def test_new_images_score_0_and_their_draws_are_as_wide_as_samples_are(plane: Any, score: Any) -> None:
    rng = np.random.default_rng(0)
    found = [score(Ct(), plane(*rng.normal(size=(3, 100, 3))))["c_t"] for _ in range(60)]
    values = [f.value for f in found]
    assert np.mean(values) == pytest.approx(0, abs=0.25)
    assert np.mean([f.draws.std() for f in found]) == pytest.approx(np.std(values), rel=0.35)


def test_cells_that_cannot_be_judged(plane: Any, score: Any) -> None:
    points = np.random.default_rng(0).normal(size=(20, 3))
    (few,) = score(Ct(), plane(points, points)).values()
    assert few.reason == "no cell has held-out images and more than 20 synthetic images"
    (none,) = score(Ct(cells=30), plane(points, points)).values()
    assert "needs at least 30 training images" in none.reason
