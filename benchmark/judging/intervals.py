"""Intervals: of a value from one fit or several, of a mean over classes, and what they are made of."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from benchmark.api import Array

FEWEST_FITS = 3  # with fewer, the spread of the fits alone says little
ENOUGH_FITS = 5  # with fewer, results name what their intervals are made of
GRAPH = 1.1  # the variance of repeated draws of images, over that of resampling: resampling keeps the neighbours
LOWER = 0.975  # the level of a lower end
RATIOS = np.geomspace(0.5, 1000, 80)
FREEDOMS = np.array([1, 2, 3, 4, 6, 8, 12, 20, 40, 100], dtype=np.float64)


class Interval(NamedTuple):
    """A lower and an upper end."""

    lo: float
    hi: float

    def within(self, lowest: float | None, highest: float | None) -> Interval:
        """Return the part that lies within bounds; None is no bound."""
        ends = (
            self.lo if lowest is None else max(self.lo, lowest),
            self.hi if highest is None else min(self.hi, highest),
        )
        return Interval(*ends)


@dataclass(frozen=True)
class Spread:
    """The spread of one value: the variance between its fits, and the variance of one fit if images are resampled.

    `between` is 0 with a single fit; `images` is None if the metric does not resample.
    """

    fits: int
    between: float
    images: float | None


@dataclass(frozen=True)
class Prior:
    """What all values of a generator say about the spread of one: `ratio` times that of its images, with so many `df`.

    With a single fit nothing is known about the spread between fits, and the images are all there is.
    """

    ratio: float = GRAPH
    df: float = math.inf


def pooled(spreads: Iterable[Spread]) -> Prior:
    """Return the prior for the values of one generator (empirical Bayes: Smyth 2004, sections 3 and 6).

    The variance between fits over that of images follows `ratio` times an F distribution with `fits - 1` and `df`
    degrees of freedom. Both are fitted by maximum likelihood on a grid, which, unlike moments of logarithms, can take
    variances of 0. The ratio is at least 1: fits add to what images vary by.
    """
    from scipy.special import betaln

    known = [(s.fits - 1, s.between / s.images) for s in spreads if s.fits > 1 and s.images]
    if not known:
        return Prior()
    own, ratios = (np.array(column, dtype=np.float64)[:, None, None] for column in zip(*known, strict=True))
    scale = FREEDOMS * RATIOS[:, None]
    likelihood = own / 2 * np.log(own / scale) - betaln(own / 2, FREEDOMS / 2)
    likelihood -= (own + FREEDOMS) / 2 * np.log1p(own * ratios / scale)
    best = np.unravel_index(likelihood.sum(axis=0).argmax(), scale.shape)
    return Prior(max(1.0, float(RATIOS[best[0]])), float(FREEDOMS[best[1]]))


def margin(spread: Spread, prior: Prior, level: float) -> float | None:
    """Return how far a one-sided end at this level lies from the mean of the fits; None if nothing is known.

    The moderated t of Smyth 2004, section 3: the value's own variance, shrunk towards the prior's. Where images are
    not resampled, or their variance is 0, this is Student's t.
    """
    from scipy.special import ndtri, stdtrit

    if spread.fits < 2:
        return None if spread.images is None else float(ndtri(level)) * math.sqrt(prior.ratio * spread.images)
    own = spread.fits - 1
    if not spread.images:
        return float(stdtrit(own, level)) * math.sqrt(spread.between / spread.fits)
    if math.isinf(prior.df):
        return float(ndtri(level)) * math.sqrt(prior.ratio * spread.images / spread.fits)
    variance = (prior.df * prior.ratio * spread.images + own * spread.between) / (prior.df + own)
    return float(stdtrit(prior.df + own, level)) * math.sqrt(variance / spread.fits)


def upper_level(parts: int) -> float:
    """Return the level of the upper ends of the parts of a minimum, so that both ends of it together cover 95%.

    The lower end of a minimum is too high only if that of its lowest part is, so LOWER needs no correction; the upper
    end is too low if that of any part is. At worst one part is the lowest (.025 + .05 / (parts + 1)) or all are alike
    (.05 parts / (parts + 1)): neither exceeds .05.
    """
    return 1 - 0.05 / (parts + 1)


def over_fits(values: Sequence[float], level: float = 0.95) -> Interval:
    """Return Student's t interval of the mean of at least two independent fits."""
    array: Array = np.asarray(values, dtype=np.float64)
    spread = Spread(len(array), float(array.var(ddof=1)), None)
    half = margin(spread, Prior(), 0.5 + level / 2) or 0.0
    return Interval(float(array.mean()) - half, float(array.mean()) + half)


def of_mean(values: Sequence[float], intervals: Sequence[Interval]) -> Interval:
    """Return the interval of a mean of independent values from their intervals (MOVER: Zou and Donner 2008, eq. 5)."""
    n, mean = len(values), float(np.mean(values))
    below = math.sqrt(sum((v - i.lo) ** 2 for v, i in zip(values, intervals, strict=True))) / n
    above = math.sqrt(sum((i.hi - v) ** 2 for v, i in zip(values, intervals, strict=True))) / n
    return Interval(mean - below, mean + above)


def of_dependent(intervals: Sequence[Interval]) -> Interval:
    """Return the interval of a mean of values whose errors may be fully dependent: the means of the ends."""
    return Interval(*(float(end) for end in np.mean(intervals, axis=0)))


def made_of(fits: int) -> str:
    """Return what intervals from so many fits per class are made of, in words; "" if there are enough fits."""
    if fits < 2:
        return "one fit: intervals cover the variation between images, not between fits"
    if fits < ENOUGH_FITS:
        return f"only {fits} fits per class: intervals cover images and fits, with the spread between fits pooled"
    return ""
