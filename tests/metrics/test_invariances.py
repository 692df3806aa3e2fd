"""What must not change a number, whichever metric it is: the order of images, a second run, a class by another name."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmark.plugins.registry import discover
from metrics.classifier import Classifier

METRICS = discover().metrics
OF_POINTS = (
    "mixing",
    "prdc",
    "clipped",
    "diversity",
    "nearest_neighbour",
    "frechet",
    "kernel_distance",
    "disguised",
    "copy_rank",
    "membership",
    "authenticity",
    "vendi",
    "rke",
    "fld",
)
steady = settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
seeds = st.integers(0, 2**32 - 1)


def values(scores: Any) -> dict[str, float]:
    return {name: found.value for name, found in scores.items() if found.value is not None}


@pytest.mark.parametrize("name", OF_POINTS)
@given(seed=seeds, n=st.integers(20, 40))
@steady
def test_neither_the_order_of_images_nor_a_second_run_changes_a_number(
    plane: Any, score: Any, name: str, seed: int, n: int
) -> None:
    rng = np.random.default_rng(seed)
    made, real, train = rng.normal(0, 1, (3, n, 3))
    made[: n // 4] = train[: n // 4]  # some copies: ties and distances of 0
    first, again = (score(METRICS[name](), plane(made, real, train)) for _ in range(2))
    other = score(METRICS[name](), plane(*(rng.permutation(points) for points in (made, real, train))))
    assert values(first)
    assert values(first) == values(again)
    for measure, found in first.items():
        if found.draws is not None:
            np.testing.assert_array_equal(found.draws, again[measure].draws)
    assert values(other) == pytest.approx(values(first), rel=1e-4, abs=1e-4)


@pytest.mark.parametrize("name", OF_POINTS)
@given(seed=seeds)
@steady
def test_moving_all_images_together_changes_no_number(plane: Any, score: Any, name: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    sets, apart = rng.normal(0, 1, (3, 25, 3)), rng.normal(0, 2, 3)
    here, there = (score(METRICS[name](), plane(*moved)) for moved in (sets, sets + apart))
    skipped = {
        "vendi_ratio",
        "copy_share",
        "copied_share",
        "interpolation_share",
    }  # of brightness, not of distances alone
    for measure, value in values(here).items():
        if measure not in skipped:
            assert values(there)[measure] == pytest.approx(value, rel=1e-3, abs=1e-3), measure


@given(seed=seeds, shift=st.integers(1, 3))
@steady
def test_classes_by_other_numbers_teach_the_same(plane: Any, score: Any, seed: int, shift: int) -> None:
    rng = np.random.default_rng(seed)
    sets = {label: rng.normal((3 * label, 0), 1, (30, 2)) for label in range(4)}
    tests = {label: rng.normal((3 * label, 0), 1, (20, 2)) for label in range(4)}

    def tstr(names: Any) -> float:
        evidence = plane(sets[0], sets[0])
        images = {names(c): x.astype(np.float32).reshape(-1, 1, 2, 1) for c, x in sets.items()}
        evidence.others = {label: x for label, x in images.items() if label != names(0)}
        evidence.task = replace(evidence.task, label=names(0), n_classes=4)
        evidence.test = np.concatenate(list(tests.values())).astype(np.float32).reshape(-1, 1, 2, 1)
        evidence.test_labels = np.repeat([names(c) for c in tests], 20)
        evidence.feature_space = replace(evidence.feature_space, classifier=_Anything())
        return float(score(Classifier(), evidence).value("tstr"))

    assert tstr(lambda c: (c + shift) % 4) == pytest.approx(tstr(lambda c: c), abs=0.05)  # ties of the machine


class _Anything:
    """A reference classifier that `tstr` does not ask."""

    def predict(self, features: Any) -> Any:
        return np.zeros(len(features), dtype=np.int64)
