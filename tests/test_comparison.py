"""Paired comparisons: exact by hand, adjusted by Holm, and silent where the data cannot speak."""

import itertools
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmark.judging.comparison import (
    advice,
    compare,
    friedman,
    holm,
    mean_ranks,
    over_classes,
    pairs_needed,
    sign_flip,
)
from benchmark.results import summary_json


def by_enumeration(differences: list[float]) -> float:
    sums = [
        sum(s * d for s, d in zip(signs, differences, strict=True))
        for signs in itertools.product([-1, 1], repeat=len(differences))
    ]
    return float(np.mean([abs(s) >= abs(sum(differences)) - 1e-9 for s in sums]))


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(-30, 30), min_size=1, max_size=9))
def test_sign_flip_is_the_enumeration_of_all_signs(steps: list[int]) -> None:
    differences = [step / 100 for step in steps]
    assert sign_flip(differences) == pytest.approx(by_enumeration(differences))


def test_sign_flip_agrees_with_scipy() -> None:
    from scipy.stats import permutation_test

    differences = np.random.default_rng(3).normal(0.2, 0.4, 12).round(4)
    theirs = permutation_test((differences,), np.mean, permutation_type="samples", n_resamples=2**13)
    assert sign_flip(differences) == pytest.approx(theirs.pvalue, abs=1e-3)


def test_smallest_reachable_p_and_the_pairs_that_are_needed() -> None:
    assert sign_flip([1.0] * 6) == pytest.approx(2**-5)
    assert sign_flip([]) == 1.0
    assert [pairs_needed(k) for k in (1, 6, 10)] == [6, 8, 9]


def test_holm_by_hand() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])


def scores(shift: float, pairs: int, seed: int = 0) -> dict[tuple[int, int], float]:
    noise = np.random.default_rng(seed).normal(0, 0.02, pairs)
    return {(i % 2, i // 2): 0.5 + shift + float(noise[i]) for i in range(pairs)}


def test_better_is_better_and_luck_is_luck() -> None:
    found = compare({"good": scores(0.2, 12), "bad": scores(0, 12, 1), "same": scores(0, 12, 2)})
    words = {(c.a, c.b): c.word for c in found}
    assert words == {("bad", "good"): "<", ("good", "same"): ">", ("bad", "same"): "no clear difference"}
    assert found[-1].word == "no clear difference"
    clear = found[0]
    assert {clear.wins, clear.losses} == {0, 12}
    assert clear.median == pytest.approx(clear.difference, abs=0.03)


def test_too_few_pairs_are_said_with_what_to_add() -> None:
    found = compare({"a": scores(0.2, 4), "b": scores(0, 4, 1)})
    assert found[0].word == "too few pairs to tell"
    assert advice(2, 1, 2) == "cannot reach p < .05 with 2 pairs; add --seeds 3"
    assert advice(6, 1, 2) == ""
    assert advice(6, 6, 2) == "cannot reach p < .05 with 6 pairs; add --seeds 4"


def test_a_pair_that_one_side_lost_is_left_out() -> None:
    a, b = scores(0.1, 8), scores(0, 8, 1)
    del b[0, 0]
    assert compare({"a": a, "b": b})[0].n == 7


def test_classes_as_pairs() -> None:
    assert over_classes({"a": {(3, 0): 0.2, (3, 1): 0.4, (5, 0): 1.0}}) == {
        "a": {(3, 0): pytest.approx(0.3), (5, 0): 1.0}
    }


def test_mean_ranks_and_friedman() -> None:
    three = {"a": scores(0.3, 10), "b": scores(0.1, 10, 1), "c": scores(0, 10, 2)}
    assert mean_ranks(three) == {"a": 1.0, "b": 2.0, "c": 3.0}
    assert (friedman(three) or 1) < 0.001
    assert friedman({"a": three["a"], "b": three["b"]}) is None


def test_false_alarms_are_as_rare_as_claimed() -> None:
    """200 comparisons of a generator with itself under other seeds: about 10 are below .05, 18 at the most."""
    rng = np.random.default_rng(20261124)
    alarms = sum(sign_flip(rng.normal(0, 0.03, 12) - rng.normal(0, 0.03, 12)) < 0.05 for _ in range(200))
    assert 2 <= alarms <= 18


@pytest.mark.parametrize(("seeds", "over"), [(1, {"fits"}), (2, {"fits", "classes"})])
def test_classes_are_pairs_of_their_own_where_there_are_several_seeds(seeds: int, over: set[str]) -> None:
    """With one seed they would be the same pairs a second time."""
    places = [(label, seed) for label in range(8) for seed in range(seeds)]
    scores = {name: {place: base + sum(place) / 100 for place in places} for name, base in (("a", 0.2), ("b", 0.5))}
    plan = SimpleNamespace(labels=tuple(range(8)), seeds=range(seeds), settings=SimpleNamespace(one_fit=False))
    results = SimpleNamespace(plan=plan, shared=set(), fit_scores=lambda aspect, n_real: scores)
    assert {pair["over"] for pair in summary_json.compared(results, "realistic", 1000)["pairs"]} == over
