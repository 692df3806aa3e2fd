"""Calibration: maps raw values to a scale on which the failing control is 0 and fresh real images are 1.

The order is: mean over seeds, minimum over parts, mean over classes. Nothing is clipped here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from benchmark.judging.aspects import ASPECTS, MEANINGLESS, Aspect
from benchmark.judging.intervals import FEWEST_FITS, Interval, of_dependent, of_mean, over_draws, over_fits

if TYPE_CHECKING:
    from benchmark.api import Array, Measure

SPREADS = 3.0  # the gap between the anchors must be larger than this many spreads for a measure to judge
REAL = "real"


@dataclass(frozen=True)
class Value:
    """A measure's value for one cell. If it has none, `value` is None, and `status` and `reason` explain why."""

    value: float | None
    draws: Array | None = None
    status: str = "ok"
    reason: str = ""


Place: TypeAlias = tuple[int | None, int]  # label (None: all classes at once), n_real
Fits = Mapping[int, Value]  # by seed


@dataclass
class Table:
    """All values of a run: [config, (label, n_real), measure][seed]."""

    measures: Mapping[str, Measure]
    n_synthetic: int
    values: dict[tuple[str, Place, str], dict[int, Value]] = field(default_factory=dict)

    def put(self, config: str, place: Place, measure: str, seed: int, value: Value) -> None:
        """Add one value."""
        self.values.setdefault((config, place, measure), {})[seed] = value

    def fits(self, config: str, place: Place, measure: str) -> Fits:
        """Return the values of all seeds."""
        return self.values.get((config, place, measure), {})


@dataclass(frozen=True)
class Anchors:
    """The raw values at 0 and 1 for a measure at one place. `reason` explains why it is not judged there, or is ""."""

    zero: float | None = None
    one: float | None = None
    zeros: Mapping[int, float] = field(default_factory=dict)
    ones: Mapping[int, float] = field(default_factory=dict)
    zero_draws: Mapping[int, Array] = field(default_factory=dict)
    one_draws: Mapping[int, Array] = field(default_factory=dict)
    reason: str = ""

    def calibrate(self, value: float) -> float:
        """Return a (folded) value on the scale of the anchors' means."""
        return (value - self.zero) / (self.one - self.zero)  # type: ignore[operator]

    def calibrate_at(self, seed: int, value: float) -> float:
        """Return a (folded) value on the scale of the seed's own anchors, if it has any."""
        zero, one = self.zeros.get(seed, self.zero), self.ones.get(seed, self.one)
        if one == zero:
            return self.calibrate(value)
        return (value - zero) / (one - zero)  # type: ignore[operator]


@dataclass(frozen=True)
class Part:
    """One generator's calibrated measure at one place, or an aspect of it: score, interval, number of fits."""

    name: str
    score: float | None = None
    interval: Interval | None = None
    status: str = "ok"  # ok, not-judged, failed, not-meaningful, skipped
    reason: str = ""
    n: int = 0
    score_with_failures: float | None = None  # failed fits count as 0
    weakest: str = ""
    parts: tuple[Part, ...] = ()
    zero: float | None = None
    one: float | None = None


def fold(measure: Measure, value: float) -> float:
    """Return the distance from .5 for a measure whose best value is .5, otherwise the value itself."""
    return abs(value - 0.5) if measure.better == "half" else value


def anchors(table: Table, place: Place, name: str) -> Anchors:
    """Return the anchors of a measure at one place."""
    measure = table.measures[name]
    if table.n_synthetic < measure.smallest_n:
        return Anchors(reason=f"needs {measure.smallest_n} synthetic images, has {table.n_synthetic}")
    ones, one_draws = _anchor(table, REAL, place, measure)
    zero_draws: dict[int, Array] = {}
    if measure.zero is not None:
        zeros = dict.fromkeys(ones, measure.zero)
    else:
        zeros, zero_draws = _anchor(table, measure.failing or "", place, measure)
    for control, found in ((REAL, ones), (measure.failing, zeros)):
        if not found:
            return Anchors(reason=f"the control {control} has no value here")
    zero, one = float(np.mean(list(zeros.values()))), float(np.mean(list(ones.values())))
    spread = _spread(zeros, zero_draws, ones, one_draws)
    reason = ""
    if abs(one - zero) <= SPREADS * spread or one == zero:
        reason = (
            f"the controls do not separate: {measure.failing or 'zero'} {zero:.3g}, real {one:.3g}, "
            f"less than {SPREADS:g} spreads of {spread:.2g} apart"
        )
    return Anchors(zero, one, zeros, ones, zero_draws, one_draws, reason)


def _anchor(table: Table, control: str, place: Place, measure: Measure) -> tuple[dict[int, float], dict[int, Array]]:
    fits = {seed: v for seed, v in table.fits(control, place, measure.name).items() if v.value is not None}
    values = {seed: fold(measure, v.value) for seed, v in fits.items()}  # type: ignore[arg-type]
    draws = {seed: _folded(measure, v.draws) for seed, v in fits.items() if v.draws is not None}
    return values, draws


def _folded(measure: Measure, draws: Array) -> Array:
    return np.abs(draws - 0.5) if measure.better == "half" else draws


def _spread(
    zeros: Mapping[int, float],
    zero_draws: Mapping[int, Array],
    ones: Mapping[int, float],
    one_draws: Mapping[int, Array],
) -> float:
    """Return the pooled sd of the two anchors: over seeds if there are enough of them, otherwise over images."""
    if min(len(zeros), len(ones)) >= FEWEST_FITS:
        variances = [float(np.var(list(found.values()), ddof=1)) for found in (zeros, ones)]
    else:
        variances = [float(np.mean([d.var() for d in found.values()] or [0.0])) for found in (zero_draws, one_draws)]
    return float(np.sqrt(np.mean(variances)))


def part(table: Table, config: str, place: Place, name: str, scale: Anchors, level: float = 0.95) -> Part:
    """Return a measure of one generator at one place on the calibrated scale."""
    measure, fits = table.measures[name], table.fits(config, place, name)
    if scale.reason:
        return Part(name, status="not-judged", reason=scale.reason, zero=scale.zero, one=scale.one)
    good = {seed: fold(measure, v.value) for seed, v in fits.items() if v.value is not None}
    bad = [v for v in fits.values() if v.value is None]
    if not good:
        first = bad[0] if bad else Value(None, status="not-judged", reason=f"{name} was not measured")
        return Part(
            name,
            status=first.status,
            reason=first.reason,
            score_with_failures=None if not bad else 0.0,
            zero=scale.zero,
            one=scale.one,
        )
    score = float(np.mean([scale.calibrate(v) for v in good.values()]))
    failed = sum(v.status not in ("ok", "not-judged", "skipped") for v in bad)
    return Part(
        name,
        score,
        _interval(measure, fits, good, scale, level),
        n=len(good),
        score_with_failures=score * len(good) / (len(good) + failed),
        zero=scale.zero,
        one=scale.one,
        reason=f"{failed} of {len(good) + failed} fits failed" if failed else "",
    )


def _interval(measure: Measure, fits: Fits, good: Mapping[int, float], scale: Anchors, level: float) -> Interval | None:
    if len(good) >= FEWEST_FITS:
        return over_fits([scale.calibrate_at(seed, value) for seed, value in good.items()], level)
    draws = [
        _calibrated_draws(scale, seed, _folded(measure, fits[seed].draws))  # type: ignore[arg-type]
        for seed in good
        if fits[seed].draws is not None
    ]
    return over_draws(np.mean(draws, axis=0), level) if draws else None


def _calibrated_draws(scale: Anchors, seed: int, draws: Array) -> Array:
    """Calibrate draws with the draws of the seed's anchors, so that the interval includes their noise too."""
    zero = scale.zero_draws.get(seed, np.full_like(draws, scale.zeros.get(seed, scale.zero)))
    one = scale.one_draws.get(seed, np.full_like(draws, scale.ones.get(seed, scale.one)))
    gap = one - zero
    floor = 0.1 * abs(scale.one - scale.zero)  # type: ignore[operator]
    gap = np.where(np.abs(gap) < floor, np.copysign(floor, scale.one - scale.zero), gap)  # type: ignore[operator]
    calibrated: Array = (draws - zero) / gap
    return calibrated


def aspect(table: Table, config: str, place: Place, kind: Aspect, scales: Mapping[str, Anchors]) -> Part:
    """Return one aspect of one generator at one place: the minimum of the parts judged there."""
    names = kind.parts_at(place[1])
    absent = [name for name in names if name not in table.measures]
    judged = [name for name in names if name not in absent and not scales[name].reason]
    level = 1 - 0.05 / max(len(judged), 1)
    parts = [part(table, config, place, name, scales[name], level) for name in names if name not in absent]
    if not judged:
        why = [f"{name}: not among the metrics of this run" for name in absent] + [
            f"{p.name}: {p.reason}" for p in parts
        ]
        return Part(kind.name, status="not-judged", reason="; ".join(why), parts=tuple(parts))
    used = [p for p in parts if p.name in judged]
    for p in used:
        if p.score is None:
            return Part(
                kind.name,
                status=p.status,
                reason=p.reason,
                score_with_failures=p.score_with_failures,
                parts=tuple(parts),
            )
    weakest = min(used, key=lambda p: p.score)  # type: ignore[arg-type,return-value]
    intervals = [p.interval or Interval(p.score, p.score) for p in used]  # type: ignore[arg-type]
    return Part(
        kind.name,
        weakest.score,
        Interval(min(i.lo for i in intervals), min(i.hi for i in intervals)),
        n=min(p.n for p in used),
        score_with_failures=min(p.score_with_failures for p in used if p.score_with_failures is not None),
        reason="; ".join(sorted({p.reason for p in used if p.reason})),
        weakest=weakest.name,
        parts=tuple(parts),
    )


def fits_of(table: Table, config: str, place: Place, kind: Aspect, scales: Mapping[str, Anchors]) -> dict[int, float]:
    """Return an aspect by seed, not clipped: the minimum of its judged parts, for each fit that has all of them."""
    judged = [name for name in kind.parts_at(place[1]) if name in table.measures and not scales[name].reason]
    by_part = [
        {
            s: scales[name].calibrate(fold(table.measures[name], v.value))
            for s, v in table.fits(config, place, name).items()
            if v.value is not None
        }
        for name in judged
    ]
    seeds = set.intersection(*(set(found) for found in by_part)) if by_part else set()
    return {seed: min(found[seed] for found in by_part) for seed in sorted(seeds)}


def aspects_at(table: Table, config: str, place: Place, scales: Mapping[str, Anchors]) -> dict[str, Part]:
    """Return all aspects of one generator at one place; `original` is not meaningful if nothing is realistic."""
    found = {kind.name: aspect(table, config, place, kind, scales) for kind in ASPECTS}
    realistic, original = found["realistic"], found["original"]
    if (
        realistic.score is not None
        and original.score is not None
        and realistic.score < MEANINGLESS
        and original.score >= 0.5
    ):
        reason = "not meaningful: images that are not realistic are always new"
        found["original"] = replace(original, status="not-meaningful", reason=reason)
    return found


def over_classes(parts: Iterable[Part], name: str, *, shared: bool = False) -> Part:
    """Return the mean of an aspect over classes. Classes in which it is not judged are left out and counted.

    shared: the classes share a fit, so an error in one may be an error in all, and errors do not average out.
    """
    everything = list(parts)
    good = [p for p in everything if p.score is not None]
    if not good:
        first = everything[0]
        nothing = 0.0 if all(p.score_with_failures == 0.0 for p in everything) else None
        return Part(name, status=first.status, reason=first.reason, score_with_failures=nothing)
    scores = [p.score for p in good if p.score is not None]
    gets = [p.score_with_failures for p in everything if p.score_with_failures is not None]
    statuses = {p.status for p in good}
    intervals = [p.interval or Interval(p.score, p.score) for p in good]  # type: ignore[arg-type]
    notes = [f"{len(good)} of {len(everything)} classes"] if len(good) < len(everything) else []
    notes += sorted({p.reason for p in good if p.reason})
    return Part(
        name,
        float(np.mean(scores)),
        of_dependent(intervals) if shared else of_mean(scores, intervals),
        status=statuses.pop() if len(statuses) == 1 else "ok",
        reason="; ".join(notes),
        n=sum(p.n for p in good),
        score_with_failures=float(np.mean(gets)),
        weakest=min(good, key=lambda p: p.score).weakest,  # type: ignore[arg-type,return-value]
    )
