"""Calibration: maps raw values to a scale on which the failing control is 0 and fresh real images are 1.

The order is: mean over seeds, minimum over parts, mean over classes. Nothing is clipped here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from benchmark.judging.aspects import ASPECTS, LEAKED, MEANINGLESS, Aspect
from benchmark.judging.intervals import (
    FEWEST_FITS,
    LOWER,
    Interval,
    Prior,
    Spread,
    margin,
    of_dependent,
    of_mean,
    pooled,
    upper_level,
)

if TYPE_CHECKING:
    from benchmark.api import Measure

NEAR = 0.75  # calibrated: a near control above this looks real in the space of a measure
SPREADS = 3.0  # the gap between the anchors must be larger than this many spreads for a measure to judge
REAL = "real"


@dataclass(frozen=True)
class Value:
    """A measure's value for one cell. If it has none, `value` is None, and `status` and `reason` explain why.

    sd: of the value if the images are resampled, or None if the metric does not do that.
    """

    value: float | None
    sd: float | None = None
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
    pictures: bool = False  # in colour, or wide: then near controls must fail too

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
    zero_sds: Mapping[int, float] = field(default_factory=dict)
    one_sds: Mapping[int, float] = field(default_factory=dict)
    reason: str = ""
    blind: bool = False  # the reason is that the space does not see a near control

    def calibrate(self, value: float) -> float:
        """Return a (folded) value on the scale of the anchors' means."""
        return (value - self.zero) / (self.one - self.zero)  # type: ignore[operator]


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
    missing: tuple[tuple[str, str], ...] = ()  # of an aspect: parts that are not judged, each with the reason


def fold(measure: Measure, value: float) -> float:
    """Return the distance from .5 for a measure whose best value is .5, otherwise the value itself."""
    return abs(value - 0.5) if measure.better == "half" else value


def anchors(table: Table, place: Place, name: str) -> Anchors:
    """Return the anchors of a measure at one place."""
    measure = table.measures[name]
    if table.n_synthetic < measure.smallest_n:
        return Anchors(reason=f"needs {measure.smallest_n} synthetic images, has {table.n_synthetic}")
    ones, one_sds = _anchor(table, REAL, place, measure)
    zero_sds: dict[int, float] = {}
    if measure.zero is not None:
        zeros = dict.fromkeys(ones, measure.zero)
    else:
        zeros, zero_sds = _anchor(table, measure.failing or "", place, measure)
    for control, found in ((REAL, ones), (measure.failing, zeros)):
        if not found:
            why = next((v.reason for v in table.fits(control or "", place, name).values() if v.reason), "")
            return Anchors(reason=f"the control {control} has no value here" + (f": {why}" if why else ""))
    zero, one = float(np.mean(list(zeros.values()))), float(np.mean(list(ones.values())))
    spread = _spread(zeros, zero_sds, ones, one_sds)
    reason = ""
    if abs(one - zero) <= SPREADS * spread or one == zero:
        reason = (
            f"the controls do not separate: {measure.failing or 'zero'} {zero:.3g}, real {one:.3g}, "
            f"less than {SPREADS:g} spreads of {spread:.2g} apart"
        )
    blind = "" if reason else _blind(table, place, measure, zero, one)
    return Anchors(zero, one, zeros, ones, zero_sds, one_sds, reason or blind, bool(blind))


def _blind(table: Table, place: Place, measure: Measure, zero: float, one: float) -> str:
    """Return why the space of a measure is too blind to judge pictures: a near control looks real in it; or ""."""
    for control in measure.near if table.pictures else ():
        values, _ = _anchor(table, control, place, measure)
        found = (float(np.mean(list(values.values()))) - zero) / (one - zero) if values else 0.0
        if found > NEAR:
            return (
                f"in this space, the control {control} looks real ({found:.2f} on the scale from 0 to 1; at most "
                f"{NEAR:g} is allowed); add a pretrained network, as in: --features 'onnx[file=PATH]'"
            )
    return ""


def _anchor(table: Table, control: str, place: Place, measure: Measure) -> tuple[dict[int, float], dict[int, float]]:
    fits = {seed: v for seed, v in table.fits(control, place, measure.name).items() if v.value is not None}
    values = {seed: fold(measure, v.value) for seed, v in fits.items()}  # type: ignore[arg-type]
    return values, {seed: v.sd for seed, v in fits.items() if v.sd is not None}


def _spread(
    zeros: Mapping[int, float], zero_sds: Mapping[int, float], ones: Mapping[int, float], one_sds: Mapping[int, float]
) -> float:
    """Return the pooled sd of the two anchors: over seeds if there are enough of them, otherwise over images."""
    if min(len(zeros), len(ones)) >= FEWEST_FITS:
        variances = [float(np.var(list(found.values()), ddof=1)) for found in (zeros, ones)]
    else:
        variances = [float(np.mean([sd**2 for sd in found.values()] or [0.0])) for found in (zero_sds, one_sds)]
    return float(np.sqrt(np.mean(variances)))


def part(
    table: Table, config: str, place: Place, name: str, scale: Anchors, prior: Prior, upper: float = LOWER
) -> Part:
    """Return a measure of one generator at one place on the calibrated scale. upper: the level of the upper end."""
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
        _interval(score, spread_of(table, config, place, name, scale), prior, upper),
        n=len(good),
        score_with_failures=score * len(good) / (len(good) + failed),
        zero=scale.zero,
        one=scale.one,
        reason=f"{failed} of {len(good) + failed} fits failed" if failed else "",
    )


def spread_of(table: Table, config: str, place: Place, name: str, scale: Anchors) -> Spread | None:
    """Return the spread of a calibrated mean at one place, with the noise of both anchors in it; None without a value.

    If c is the calibrated mean, a fit deviates from it by (x - (1 - c) zero - c one) / (one - zero), where x, zero and
    one are of the same seed. A control that is itself an anchor has no spread.
    """
    measure = table.measures[name]
    fits = {seed: v for seed, v in table.fits(config, place, name).items() if v.value is not None}
    if scale.reason or not fits:
        return None
    if measure.anchored and config in (REAL, measure.failing):
        return Spread(len(fits), 0.0, 0.0)
    folded = {seed: fold(measure, v.value) for seed, v in fits.items()}  # type: ignore[arg-type]
    c = float(np.mean([scale.calibrate(value) for value in folded.values()]))
    gap: float = scale.one - scale.zero  # type: ignore[operator]
    deviations = [
        (x - (1 - c) * scale.zeros.get(seed, scale.zero) - c * scale.ones.get(seed, scale.one)) / gap  # type: ignore[operator]
        for seed, x in folded.items()
    ]
    images = [
        (v.sd**2 + ((1 - c) * scale.zero_sds.get(seed, 0.0)) ** 2 + (c * scale.one_sds.get(seed, 0.0)) ** 2) / gap**2
        for seed, v in fits.items()
        if v.sd is not None
    ]
    between = float(np.var(deviations, ddof=1)) if len(deviations) > 1 else 0.0
    return Spread(len(fits), between, float(np.mean(images)) if images else None)


def prior_of(table: Table, config: str, scales: Mapping[Place, Mapping[str, Anchors]]) -> Prior:
    """Return what the parts of all aspects, at all places, say about the spread between a generator's fits."""
    found = [
        spread_of(table, config, place, name, scales[place][name])
        for place in scales
        for kind in ASPECTS
        for name in kind.parts_at(place[1])
        if name in scales[place]
    ]
    return pooled(s for s in found if s is not None)


def _interval(score: float, spread: Spread | None, prior: Prior, upper: float) -> Interval | None:
    """Return the interval around a score, which is therefore never outside it."""
    below, above = (margin(spread, prior, level) if spread else None for level in (LOWER, upper))
    return None if below is None or above is None else Interval(score - below, score + above)


def aspect(table: Table, config: str, place: Place, kind: Aspect, scales: Mapping[str, Anchors], prior: Prior) -> Part:
    """Return one aspect of one generator at one place: the minimum of the parts judged there."""
    names = kind.parts_at(place[1])
    absent = [name for name in names if name not in table.measures]
    judged = [name for name in names if name not in absent and not scales[name].reason]
    upper = upper_level(len(judged))
    parts = [part(table, config, place, name, scales[name], prior, upper) for name in names if name not in absent]
    blind = [name for name in names if name not in absent and scales[name].blind]
    if blind:
        return Part(kind.name, status="not-judged", reason=scales[blind[0]].reason)
    missing = [(name, "not among the metrics of this run") for name in absent]
    missing += [(p.name, p.reason) for p in parts if p.name not in judged]
    if not judged:
        return Part(kind.name, status="not-judged", reason=_reasons(missing), parts=tuple(parts))
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
        missing=tuple(missing),
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


def _reasons(missing: Iterable[tuple[str, str]]) -> str:
    """Return why parts are missing, each reason once: 'recall, coverage: not among the metrics of this run'."""
    names: dict[str, list[str]] = {}
    for name, reason in missing:
        names.setdefault(reason, []).append(name)
    return "; ".join(f"{', '.join(of)}: {reason}" for reason, of in names.items())


def aspects_at(table: Table, config: str, place: Place, scales: Mapping[str, Anchors], prior: Prior) -> dict[str, Part]:
    """Return all aspects of one generator at one place.

    `original` is not meaningful if nothing is realistic; `useful` is not judged if test images were copied.
    """
    found = {kind.name: aspect(table, config, place, kind, scales, prior) for kind in ASPECTS}
    leaked = max((v.value for v in table.fits(config, place, "leak_share").values() if v.value is not None), default=0)
    if leaked > LEAKED:
        reason = f"{leaked:.0%} of the images are nearly test or held-out images"
        found["useful"] = Part("useful", status="not-judged", reason=reason)
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
    notes = [f"{len(good)} of {len(everything)} classes"] if len(good) < len(everything) else []
    notes += sorted({p.reason for p in good if p.reason})
    return Part(
        name,
        float(np.mean(scores)),
        _over_classes(good, shared=shared),
        status=statuses.pop() if len(statuses) == 1 else "ok",
        reason="; ".join(notes),
        n=sum(p.n for p in good),
        score_with_failures=float(np.mean(gets)),
        weakest=min(good, key=lambda p: p.score).weakest,  # type: ignore[arg-type,return-value]
        missing=_missing(good),
    )


def _missing(good: Sequence[Part]) -> tuple[tuple[str, str], ...]:
    """Return the parts that are not judged in some classes, each with the first reason and the number of classes."""
    found: dict[str, list[str]] = {}
    for name, reason in (pair for p in good for pair in p.missing):
        found.setdefault(name, []).append(reason)
    return tuple(
        (name, why[0] if len(why) == len(good) else f"in {len(why)} of {len(good)} classes: {why[0]}")
        for name, why in found.items()
    )


def _over_classes(good: Sequence[Part], *, shared: bool) -> Interval:
    """Return the interval of the mean over classes of an aspect, or of a measure.

    The mean of the lowest parts is at most the lowest mean of a part, so that is what the upper end is taken from. The
    mean of the lowest scores lies below, because of several scores that are alike the lowest is low by chance; with
    more classes this does not average out, while intervals narrow. A part counts where it is judged, else the aspect.
    """
    names = {p.name for each in good for p in each.parts if p.interval is not None}
    by_part = [
        [next((p for p in each.parts if p.name == name and p.interval), each) for each in good] for name in names
    ]
    lo = _mean_interval(good, shared=shared).lo
    return Interval(lo, min(_mean_interval(parts, shared=shared).hi for parts in by_part or [list(good)]))


def _mean_interval(parts: Sequence[Part], *, shared: bool) -> Interval:
    scores: list[float] = [p.score for p in parts]  # type: ignore[misc]
    intervals = [p.interval or Interval(score, score) for p, score in zip(parts, scores, strict=True)]
    return of_dependent(intervals) if shared else of_mean(scores, intervals)
