"""The data of the 15 checks of Räisä et al. 2025: real and synthetic points, and what changes along each curve."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from benchmark.api import Array

N = 1000  # points per side
SIZES = (100, 200, 500, 1000, 2000, 5000, 10_000)
REACH = {1: 6.0, 8: 3.0, 64: 1.0}  # dimensions -> how far the mean moves
EXPONENT = {1: 3.0, 8: 1.0, 64: 0.5}  # ... -> of 10, how far the standard deviation moves
WIDTH = {1: 1 / 6, 8: 1 / 3, 64: 1.0}  # ... -> the standard deviation of one of ten modes
OVERLAP = 0.2  # of the volume of two cubes

Draw = Callable[[float, int, np.random.Generator], Array]  # the place on the curve, the number of points -> (n, d)


@dataclass(frozen=True)
class Curve:
    """One curve of a check: `xs` in ascending order, and how real and synthetic points are drawn at each of them.

    rule: the name of what is expected (see `raisa.RULES`). moves: whether the real points depend on x.
    varies: which sides have x points instead of 1,000.
    """

    check: int
    name: str
    rule: str
    xs: tuple[float, ...]
    real: Draw
    made: Draw
    moves: bool = False
    varies: tuple[str, ...] = ()

    def size(self, side: str, x: float) -> int:
        """Return the number of points of "real" or "made"."""
        return int(x) if side in self.varies else N

    def points(self, x: float, rng: np.random.Generator) -> dict[str, Array]:
        """Draw real and synthetic points and, for the anchors of the scale, fresh real points. Standardised on real."""
        real = self.real(x, self.size("real", x), rng)
        drawn = {"real": real, "made": self.made(x, self.size("made", x), rng)}
        drawn["fresh"] = self.real(x, self.size("made", x), rng)
        centre, spread = real.mean(axis=0), real.std(axis=0)
        return {name: (points - centre) / np.where(spread > 0, spread, 1) for name, points in drawn.items()}


def _normal(d: int) -> Draw:
    return lambda _, n, rng: rng.normal(size=(n, d))


def _moved(d: int) -> Draw:
    return lambda x, n, rng: rng.normal(x, 1, (n, d))


def _wide(d: int) -> Draw:
    return lambda x, n, rng: rng.normal(0, 10**x, (n, d))


def _cube(d: int, corner: float) -> Draw:
    return lambda _, n, rng: corner + rng.random((n, d))


def _with_outlier(draw: Draw, place: float) -> Draw:
    def drawn(x: float, n: int, rng: np.random.Generator) -> Array:
        points = draw(x, n, rng)
        points[0] = place
        return points

    return drawn


def _modes(places: Array, sd: float, weights: Callable[[float], Array]) -> Draw:
    """Draw from modes around `places` (k, d), whose weights (k,) depend on x."""

    def drawn(x: float, n: int, rng: np.random.Generator) -> Array:
        return np.asarray(places[rng.choice(len(places), n, p=weights(x))] + rng.normal(0, sd, (n, places.shape[1])))

    return drawn


def _first(k: float) -> Array:
    """Return equal weights for the first k of ten modes."""
    return np.asarray((np.arange(10) < k) / k)


def _sphere(d: int, radius: Callable[[float], float]) -> Draw:
    def drawn(x: float, n: int, rng: np.random.Generator) -> Array:
        points = rng.normal(size=(n, d))
        return np.asarray(radius(x) * points / np.linalg.norm(points, axis=1, keepdims=True))

    return drawn


def _ball(_: float, n: int, rng: np.random.Generator) -> Array:
    return _sphere(3, lambda _: 0.8)(0, n, rng) * rng.random((n, 1)) ** (1 / 3)


def _torus(_: float, n: int, rng: np.random.Generator) -> Array:
    around, along = rng.uniform(0, 2 * np.pi, (2, n))
    tube = 0.1 * np.sqrt(rng.random(n))
    from_axis = 1 + tube * np.cos(along)
    return np.column_stack([from_axis * np.cos(around), from_axis * np.sin(around), tube * np.sin(along)])


def _beside(draw: Draw, other: Draw) -> Draw:
    """Join the dimensions of two draws."""
    return lambda x, n, rng: np.column_stack([draw(x, n, rng), other(x, n, rng)])


def _scaled(draw: Draw) -> Draw:
    return lambda x, n, rng: x * draw(x, n, rng)


def _rounded(draw: Draw) -> Draw:
    return lambda x, n, rng: np.round(draw(x, n, rng))


def _means(d: int) -> tuple[float, ...]:
    return tuple(np.linspace(-REACH[d], REACH[d], 51))


def _logs(low: float, high: float, steps: int) -> tuple[float, ...]:
    return tuple(np.logspace(low, high, steps))


def _pareto(_: float, n: int, rng: np.random.Generator) -> Array:
    return 1 + rng.pareto(1.01, (n, 1))


def _gaussians() -> Iterator[Curve]:
    for d in REACH:
        yield Curve(1, f"d = {d}", "bell", _means(d), _normal(d), _moved(d))
    for d, most in REACH.items():
        real, made = _with_outlier(_normal(d), most), _with_outlier(_moved(d), most)
        yield Curve(2, f"outlier in real, d = {d}", "bell", _means(d), real, _moved(d))
        yield Curve(2, f"outlier in synthetic, d = {d}", "bell", _means(d), _normal(d), made)
    for d, most in EXPONENT.items():
        yield Curve(3, f"d = {d}", "sd", tuple(np.linspace(-most, most, 51)), _normal(d), _wide(d))


def _dropped() -> Iterator[Curve]:
    one, all_ten = np.eye(10)[0], np.full(10, 0.1)
    for check, rule, steps, weights in (
        (4, "fading modes", np.linspace(0, 1, 51), lambda x: x * one + (1 - x) * all_ten),
        (5, "dropped modes", np.arange(10), lambda x: _first(10 - x)),
    ):
        for d, sd in WIDTH.items():
            places = np.linspace(0, 10, 10)[:, None] * np.ones(d)
            ten = _modes(places, sd, lambda _: all_ten)
            yield Curve(check, f"d = {d}", rule, tuple(map(float, steps)), ten, _modes(places, sd, weights))
    circle = 4 * np.exp(2j * np.pi * np.arange(10) / 10)
    places = np.column_stack([circle.real, circle.imag])
    five, first = (_modes(places, 0.25, weights) for weights in (lambda _: _first(5), _first))
    yield Curve(6, "d = 2", "invented modes", tuple(map(float, range(1, 11))), five, first)


def _shapes() -> Iterator[Curve]:
    radii = tuple(np.round(np.linspace(0.1, 1.9, 19), 1))
    for d in (2, 16, 128):
        yield Curve(7, f"d = {d}", "radius", radii, _sphere(d, lambda _: 1), _sphere(d, lambda x: x))
    sizes = tuple(map(float, SIZES))
    for check, varies in ((8, ("real", "made")), (9, ("made",))):
        for d in REACH:
            shift = 1 - OVERLAP ** (1 / d)
            yield Curve(check, f"d = {d}", "overlap", sizes, _cube(d, 0), _cube(d, shift), check == 8, varies)
    for name, real, made in (("ball real", _ball, _torus), ("torus real", _torus, _ball)):
        yield Curve(10, name, "disjoint", sizes, real, made, True, ("real", "made"))


def _invariances() -> Iterator[Curve]:
    def two(x: float, n: int, rng: np.random.Generator) -> Array:
        return rng.choice([-x / 2, x / 2], (n, 1)) + rng.normal(size=(n, 1))

    def one(x: float, n: int, rng: np.random.Generator) -> Array:
        return rng.normal(0, np.sqrt(1 + x**2), (n, 1))

    def far(_: float, n: int, rng: np.random.Generator) -> Array:
        return rng.normal(6, 1, (n, 1))

    def alike(x: float, n: int, rng: np.random.Generator) -> Array:
        return rng.normal(size=(n, round(x)))

    flat, many = _normal(1), _logs(0, 3, 7)
    yield Curve(11, "d = 1", "bridged modes", tuple(np.linspace(0, 5, 51)), two, one, True)
    real, made = (_beside(draw, _scaled(flat)) for draw in (flat, far))
    yield Curve(12, "d = 2", "shifted", _logs(-3, 3, 13), real, made, True)
    yield Curve(13, "d = 2", "bell", _means(1), _beside(flat, _pareto), _beside(_moved(1), _pareto))
    yield Curve(14, "d = 2 to 1,001", "shifted", many, _beside(flat, alike), _beside(far, alike), True)
    grown = _scaled(flat)
    yield Curve(15, "real rounded", "real rounded", many, _rounded(grown), grown, True)
    yield Curve(15, "synthetic rounded", "synthetic rounded", many, grown, _rounded(grown), True)


CURVES = (*_gaussians(), *_dropped(), *_shapes(), *_invariances())
