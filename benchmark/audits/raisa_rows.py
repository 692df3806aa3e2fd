"""The table of the 15 checks of Räisä et al. 2025: which measure keeps which expectations, raw and calibrated."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from benchmark.audits.raisa_data import CURVES
from benchmark.audits.raisa_rules import LATE, RULES, Purpose, failures
from benchmark.judging.aspects import ASPECTS
from benchmark.judging.calibration import SPREADS
from benchmark.judging.intervals import FEWEST_FITS

if TYPE_CHECKING:
    from benchmark.api import Array, Measure

    # Values (k,) along a curve, by what is scored ("made", "fresh" or a control) and by measure.
    Values: TypeAlias = Mapping[str, Mapping[str, Array]]

READINGS: Mapping[Purpose, tuple[str, ...]] = {"fidelity": ("fidelity",), "diversity": ("low", "high")}
PURPOSES: Mapping[str | None, Purpose] = {
    "realistic": "fidelity",
    "varied": "diversity",
}  # of the measures of an aspect


@dataclass(frozen=True)
class Row:
    """How a measure did: the groups of each check that hold ("levels", "shape"), and what fails on which curves."""

    measure: str
    purpose: Purpose
    scale: str  # "raw" or "calibrated"
    groups: Mapping[int, Mapping[str, bool]]
    failed: Mapping[str, tuple[str, ...]]

    @property
    def shapes(self) -> int:
        """The number of checks, of 13, whose curves have the right shape."""
        return sum(groups["shape"] for check, groups in self.groups.items() if check not in LATE)

    @property
    def all_groups(self) -> int:
        """The number of groups that hold, of 28."""
        return sum(sum(groups.values()) for groups in self.groups.values())


def rows(
    measures: Mapping[str, Measure], purposes: Mapping[str, Purpose], values: Sequence[Sequence[Values]]
) -> list[Row]:
    """Return a row per measure and scale, then one per aspect, the minimum of its parts. values: by curve, repeat."""
    raw = {name: _means(values, "made", name) for name in measures}
    scaled = {name: calibrated(measure, values) for name, measure in measures.items() if measure.anchored}
    found = [
        row(name, purposes[name], scale, curves[name])
        for name in measures
        for scale, curves in (("raw", raw), ("calibrated", scaled))
        if name in curves
    ]
    return [*found, *_aspects(raw, scaled)]


def row(name: str, purpose: Purpose, scale: str, curves: Sequence[Array]) -> Row:
    """Judge the values of a measure along all curves, in the reading that keeps more of what is expected."""
    readings = [_judged(name, purpose, scale, curves, reading) for reading in READINGS[purpose]]
    return max(readings, key=lambda found: (found.all_groups, found.shapes))


def _judged(name: str, purpose: Purpose, scale: str, curves: Sequence[Array], reading: str) -> Row:
    groups: dict[int, dict[str, bool]] = {}
    failed: dict[str, tuple[str, ...]] = {}
    for curve, values in zip(CURVES, curves, strict=True):
        levels, shape = failures(RULES[curve.rule][reading], np.asarray(curve.xs), values)
        for predicate in (f"{curve.check}: {name}" for name in (*levels, *shape)):
            failed[predicate] = (*failed.get(predicate, ()), curve.name)
        broken = {"shape": levels + shape} if curve.check in LATE else {"levels": levels, "shape": shape}
        check = groups.setdefault(curve.check, dict.fromkeys(broken, True))
        check.update({group: check[group] and not names for group, names in broken.items()})
    return Row(name, purpose, scale, groups, failed)


def _aspects(raw: Mapping[str, list[Array]], scaled: Mapping[str, list[Array]]) -> Iterator[Row]:
    """Judge the minimum of those parts of an aspect that vectors have."""
    for aspect in ASPECTS:
        parts = [part for part in aspect.parts if part in scaled] if aspect.name in PURPOSES else []
        for scale, curves in (("raw", raw), ("calibrated", scaled)) if parts else ():
            lowest = [np.minimum.reduce(each) for each in zip(*(curves[part] for part in parts), strict=True)]
            yield row(f"{aspect.name}: {', '.join(parts)}", PURPOSES[aspect.name], scale, lowest)


def calibrated(measure: Measure, values: Sequence[Sequence[Values]]) -> list[Array]:
    """Return calibrated values along each curve: NaN where real points and the failing control do not separate."""
    found = []
    for i, made in enumerate(_means(values, "made", measure.name)):
        one, spread = _anchor(i, values[i], "fresh", measure.name)
        bottom, below = np.full_like(one, measure.zero), np.zeros_like(one)
        if measure.zero is None:
            bottom, below = _anchor(i, values[i], measure.failing or "", measure.name)
        with np.errstate(divide="ignore", invalid="ignore"):
            scale = (made - bottom) / (one - bottom)
        found.append(np.where(np.abs(one - bottom) > SPREADS * np.sqrt((spread + below) / 2), scale, np.nan))
    return found


def _anchor(curve: int, repeats: Sequence[Values], name: str, measure: str) -> tuple[Array, Array]:
    """Return the mean and the variance of a control at each place, over the repeats."""
    stack = _stack(repeats, name, measure, len(CURVES[curve].xs))
    if not CURVES[curve].moves:
        stack = np.repeat(stack[:, :1], stack.shape[1], axis=1)
    enough = np.isfinite(stack).sum(axis=0) >= FEWEST_FITS
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of places with no value, or with one
        return np.nanmean(stack, axis=0), np.where(enough, np.nanvar(stack, axis=0, ddof=1), 0)


def _means(values: Sequence[Sequence[Values]], name: str, measure: str) -> list[Array]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of places with no value
        return [
            np.nanmean(_stack(repeats, name, measure, len(curve.xs)), axis=0)
            for curve, repeats in zip(CURVES, values, strict=True)
        ]


def _stack(repeats: Sequence[Values], name: str, measure: str, k: int) -> Array:
    """Return the values of each repeat, (repeats, k): NaN where there is none, as for a control that vectors lack."""
    return np.array([found.get(name, {}).get(measure, np.full(k, np.nan)) for found in repeats])
