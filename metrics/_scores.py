"""Kinds of scores that several metrics share."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from benchmark.api import Array, Measure, Score

DRAWS = 300
NOT_GIVEN = "the training images of the generator are not known; give them with --train"


def not_judged(measures: Iterable[Measure], reason: str) -> dict[str, Score]:
    """Return a score without a value, but with the reason, for each of `measures`."""
    return {measure.name: Score(None, reason=reason) for measure in measures}


def mean(contributions: Array, rng: np.random.Generator) -> Score:
    """Return the mean of per-image contributions (n,), with bootstrap draws."""
    return Score.of_means(np.positive, contributions, rng=rng, draws=DRAWS)


def ratio(statistic: Callable[..., Array], above: Array, below: Array, rng: np.random.Generator) -> Score:
    """Return `statistic` of the per-image numbers `above` over that of `below`, with bootstrap draws.

    statistic: takes an array and `axis`. There is no value if the denominator is 0.
    """
    if not statistic(below, axis=0) > 0:
        return Score(None, reason="the distances of held-out images are 0, so the ratio is undefined")
    resampled = [values[rng.integers(len(values), size=(DRAWS, len(values)))] for values in (above, below)]
    tops, bottoms = (statistic(values, axis=1) for values in resampled)
    value = float(statistic(above, axis=0) / statistic(below, axis=0))
    return Score(value, tops / bottoms if np.all(bottoms > 0) else None)
