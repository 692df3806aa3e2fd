"""Intervals: over fits, over the images of one fit, and of a mean over classes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from benchmark.api import Array

FEWEST_FITS = 3  # with fewer, an interval over fits is not informative


class Interval(NamedTuple):
    """A lower and an upper end."""

    lo: float
    hi: float


def over_fits(values: Sequence[float], level: float = 0.95) -> Interval:
    """Return Student's t interval of the mean of at least two independent fits."""
    from scipy.special import stdtrit

    array = np.asarray(values, dtype=np.float64)
    half = float(stdtrit(len(array) - 1, 0.5 + level / 2)) * float(array.std(ddof=1)) / math.sqrt(len(array))
    return Interval(float(array.mean()) - half, float(array.mean()) + half)


def over_draws(draws: Array, level: float = 0.95) -> Interval:
    """Return the percentile interval of bootstrap draws (Efron 1979)."""
    lo, hi = np.quantile(draws, [0.5 - level / 2, 0.5 + level / 2])
    return Interval(float(lo), float(hi))


def of_mean(values: Sequence[float], intervals: Sequence[Interval]) -> Interval:
    """Return the interval of a mean of independent values from their intervals (MOVER: Zou and Donner 2008, eq. 5)."""
    n, mean = len(values), float(np.mean(values))
    below = math.sqrt(sum((v - i.lo) ** 2 for v, i in zip(values, intervals, strict=True))) / n
    above = math.sqrt(sum((i.hi - v) ** 2 for v, i in zip(values, intervals, strict=True))) / n
    return Interval(mean - below, mean + above)


def of_dependent(intervals: Sequence[Interval]) -> Interval:
    """Return the interval of a mean of values whose errors may be fully dependent: the means of the ends."""
    return Interval(*(float(end) for end in np.mean(intervals, axis=0)))
