"""Rank statistics of two sets of numbers: how often is a number of the first above one of the second?"""

from __future__ import annotations

import numpy as np

from benchmark.api import Array, Score
from metrics._scores import DRAWS


def above(one: Array, other: Array, rng: np.random.Generator) -> Score:
    """Return P(a > b) for a in `one` (n,) and b in `other` (m,), ties counting half: Mann-Whitney statistic and AUC.

    Draws resample the contributions of both sides. The mean of each side is the value itself, so it is subtracted once.
    """
    wins, losses = share_below(one, other), 1 - share_below(other, one)
    value = float(wins.mean())
    means = [x[rng.integers(len(x), size=(DRAWS, len(x)), dtype=np.int32)].mean(axis=1) for x in (wins, losses)]
    return Score(value, np.clip(means[0] + means[1] - value, 0, 1))


def share_below(of: Array, among: Array) -> Array:
    """Return float64 (n,): the share of `among` that is smaller than each of `of`; equal ones count half."""
    ordered = np.sort(among)
    places = np.searchsorted(ordered, of, "left") + np.searchsorted(ordered, of, "right")
    return np.asarray(places / (2 * len(among)))
