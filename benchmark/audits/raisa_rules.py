"""What the 15 checks of Räisä et al. 2025 expect of a measure: levels at some places, and the shape of its curve."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from benchmark.api import Array

LEVEL, FLAT, CLOSE, DROP, FALL = 0.05, 0.05, 0.1, 0.1, 0.2
ROUNDING = 1e-9  # so that limits belong to what is allowed
LEFT, RIGHT = -math.inf, math.inf  # the ends of a curve
LATE = (8, 9)  # the checks of the number of points: their levels and shapes are one group

Purpose = Literal["fidelity", "diversity"]


@dataclass(frozen=True)
class Predicate:
    """One expectation: its name, and whether it holds for values (k,) at the places xs (k,). NaN holds nowhere."""

    name: str
    holds: Callable[[Array, Array], bool]


@dataclass(frozen=True)
class Rule:
    """What is expected of one curve: of its levels, and of its shape."""

    levels: tuple[Predicate, ...]
    shape: tuple[Predicate, ...]


def at(xs: Array, values: Array, x: float) -> float:
    """Return the value at the place nearest to x."""
    return float(values[np.abs(xs - np.clip(x, xs[0], xs[-1])).argmin()])


def level(target: float, x: float) -> Predicate:
    """Expect a value within .05 of `target` at x."""
    place = {LEFT: "left", RIGHT: "right"}.get(x, f"{x:g}")
    return Predicate(f"{target:g} at {place}", lambda xs, values: abs(at(xs, values, x) - target) <= LEVEL + ROUNDING)


def one(x: float) -> Predicate:
    """Expect O: 1 at x."""
    return level(1, x)


def zero(x: float) -> Predicate:
    """Expect Z: 0 at x."""
    return level(0, x)


def _flat(_: Array, values: Array) -> bool:
    return bool(values.max() - values.min() <= FLAT + ROUNDING)


def _converges(xs: Array, values: Array) -> bool:
    return _flat(xs, values[len(values) // 2 :])


def _falls(_: Array, values: Array) -> bool:
    left, right = values[0], values[-1]
    near = CLOSE + ROUNDING
    return bool(left - right >= FALL - ROUNDING and values.max() - left <= near and right - values.min() <= near)


flat = Predicate("flat", _flat)
converging = Predicate("flat from the median on", _converges)
falling = Predicate("high to low", _falls)
rising = Predicate("low to high", lambda xs, values: _falls(-xs[::-1], values[::-1]))


def falling_by(quantile: float) -> Predicate:
    """Expect Mid: high to low, with a drop of .1 already at a quantile of the places."""

    def holds(xs: Array, values: Array) -> bool:
        there = at(xs, values, float(np.quantile(xs, quantile)))
        return _falls(xs, values) and bool(values[0] - there >= DROP - ROUNDING)

    return Predicate(f"high to low, .1 of it by quantile {quantile:g}", holds)


def bell(centre: float) -> Predicate:
    """Expect Bell: at the centre near the maximum and .2 above both ends, of which one is near the minimum."""

    def holds(xs: Array, values: Array) -> bool:
        top, ends = at(xs, values, centre), values[[0, -1]]
        above, near = (top - ends >= FALL - ROUNDING).all(), CLOSE + ROUNDING
        return bool(above and values.max() - top <= near and (ends - values.min() <= near).any())

    return Predicate(f"bell around {centre:g}", holds)


def _same(rule: Rule) -> Mapping[str, Rule]:
    return {"fidelity": rule, "low": rule, "high": rule}


# By the name on the curve, then by "fidelity" or by one of the two readings of diversity: of synthetic points that
# cover the real ones and more, some measures say that they are diverse ("high"), others not ("low").
RULES: Mapping[str, Mapping[str, Rule]] = {
    "bell": _same(Rule((one(0), zero(LEFT), zero(RIGHT)), (bell(0),))),
    "sd": {
        "fidelity": Rule((one(0), one(LEFT), zero(RIGHT)), (falling,)),
        "low": Rule((one(0), zero(LEFT), zero(RIGHT)), (bell(0),)),
        "high": Rule((one(0), zero(LEFT), one(RIGHT)), (rising,)),
    },
    "fading modes": {
        "fidelity": Rule((one(LEFT), one(RIGHT)), (flat,)),
        **dict.fromkeys(("low", "high"), Rule((one(LEFT),), (falling_by(0.95),))),
    },
    "dropped modes": {
        "fidelity": Rule((one(LEFT), one(RIGHT)), (flat,)),
        **dict.fromkeys(("low", "high"), Rule((one(LEFT),), (falling_by(0.5),))),
    },
    "invented modes": {
        "fidelity": Rule((one(5), one(LEFT)), (falling,)),
        **dict.fromkeys(("low", "high"), Rule((one(5), one(RIGHT)), (rising,))),
    },
    "radius": _same(Rule((one(1), zero(LEFT), zero(RIGHT)), (bell(1),))),
    "overlap": _same(Rule((level(0.2, RIGHT),), (converging,))),
    "disjoint": _same(Rule((zero(RIGHT),), (converging,))),
    "bridged modes": {
        "fidelity": Rule((one(LEFT),), (falling,)),
        "low": Rule((one(LEFT),), (falling,)),
        "high": Rule((one(LEFT),), (flat,)),
    },
    "shifted": _same(Rule((zero(LEFT), zero(RIGHT)), (flat,))),
    "real rounded": {
        "fidelity": Rule((zero(LEFT), zero(RIGHT)), (flat,)),
        "low": Rule((zero(LEFT), zero(RIGHT)), (flat,)),
        "high": Rule((one(LEFT), one(RIGHT)), (flat,)),
    },
    "synthetic rounded": {
        "fidelity": Rule((one(LEFT), one(RIGHT)), (flat,)),
        **dict.fromkeys(("low", "high"), Rule((zero(LEFT), zero(RIGHT)), (flat,))),
    },
}


def failures(rule: Rule, xs: Array, values: Array) -> tuple[list[str], list[str]]:
    """Return the names of the levels and of the shapes that do not hold."""
    levels, shape = ([p.name for p in part if not p.holds(xs, values)] for part in (rule.levels, rule.shape))
    return levels, shape
