"""Intervals: more fits never widen what they should narrow, and no score lies outside its own interval."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.api import Measure
from benchmark.cli._table import cell
from benchmark.judging import calibration
from benchmark.judging.aspects import Aspect
from benchmark.judging.calibration import Part, Table, Value
from benchmark.judging.intervals import GRAPH, LOWER, Prior, Spread, made_of, margin, over_fits, pooled, upper_level
from benchmark.results.summary_json import plain

MEASURES = {
    "up": Measure("up", "higher", "", failing="noise"),
    "down": Measure("down", "lower", "", failing="noise"),
    "half": Measure("half", "half", "", failing="noise"),
}
KIND = Aspect("kind", "Kind", "?", tuple(MEASURES))
PLACES = ((0, 100), (1, 100))


def test_the_moderated_t_by_hand() -> None:
    spread, prior = Spread(fits=3, between=0.04, images=0.01), Prior(ratio=2.0, df=4.0)
    variance = (4 * 2.0 * 0.01 + 2 * 0.04) / (4 + 2)
    t = 2.446912  # 6 degrees of freedom at .975
    assert margin(spread, prior, LOWER) == pytest.approx(t * math.sqrt(variance / 3), rel=1e-6)


def test_one_fit_has_the_spread_of_its_images() -> None:
    assert margin(Spread(1, 0.0, 0.01), Prior(), LOWER) == pytest.approx(1.959964 * math.sqrt(GRAPH * 0.01), rel=1e-6)
    assert margin(Spread(1, 0.0, None), Prior(), LOWER) is None


def test_without_resampling_it_is_students_t() -> None:
    assert over_fits([0.3, 0.4, 0.35]) == pytest.approx((0.35 - 0.1242069, 0.35 + 0.1242069), abs=1e-6)


def simulated(fits: int, ratio: float, values: int = 400) -> list[Spread]:
    """Values whose variance between fits is `ratio` times that of their images."""
    drawn = np.random.default_rng(fits).normal(0, math.sqrt(ratio), (values, fits))
    return [Spread(fits, float(v), 1.0) for v in drawn.var(axis=1, ddof=1)]


@pytest.mark.parametrize("fits", [2, 3, 5])
@pytest.mark.parametrize("ratio", [3.0, 20.0])
def test_the_prior_finds_how_much_fits_differ(fits: int, ratio: float) -> None:
    found = pooled(simulated(fits, ratio))
    assert found.ratio == pytest.approx(ratio, rel=0.3)
    assert found.df >= 20  # all values have the same variance, so they say much about each other


def test_the_prior_is_never_below_what_images_vary_by() -> None:
    assert pooled(simulated(3, 0.2)).ratio == 1
    assert pooled([Spread(3, 0.0, 0.0), Spread(1, 0.0, 0.5)]) == Prior()  # nothing is known


@pytest.mark.parametrize("ratio", [1.0, 1.3])
def test_more_fits_of_alike_images_narrow_the_interval(ratio: float) -> None:
    """The mean width over many values, at 1, 2, 3 and 5 fits; Student's t of 3 fits alone is wider than one fit."""
    widths = [margin(Spread(1, 0.0, 1.0), Prior(), LOWER) or 0.0]
    for fits in (2, 3, 5):
        spreads = simulated(fits, ratio)
        prior = pooled(spreads)
        widths.append(float(np.mean([margin(s, prior, LOWER) for s in spreads])))
    assert widths == sorted(widths, reverse=True)
    assert widths[2] < 0.75 * widths[0]


def test_both_ends_of_a_minimum_cover_95_percent() -> None:
    for parts in range(1, 6):
        above = 1 - upper_level(parts)
        assert parts * above <= 0.05 + 1e-12  # all parts alike: any upper end may be too low
        assert (1 - LOWER) + above <= 0.05 + 1e-12  # one is the lowest: its own two ends


def test_the_words_name_what_is_in_an_interval() -> None:
    assert "images, not between fits" in made_of(1)
    assert "2 fits" in made_of(2)
    assert "images and fits" in made_of(2)
    assert made_of(5) == ""


def scattered(fits: int, seed: int) -> Table:
    """Return values of a generator and its controls in two classes, some of them equal, some without resampling."""
    rng, made = np.random.default_rng(seed), Table(MEASURES, 500)
    for place in PLACES:
        for name in MEASURES:
            for config, low, high in (("noise", 0.0, 0.2), ("real", 0.6, 1.0), ("g", 0.0, 2.0)):
                values = rng.choice([rng.uniform(low, high), *rng.uniform(low, high, 3)], fits)
                sd = rng.choice([0.0, 0.001, 0.05, 0.5]) if rng.random() < 0.8 else None
                for fit, value in enumerate(values):
                    flipped = 1 - value if name == "down" or (name == "half" and config != "g") else value
                    made.put(config, place, name, fit, Value(float(flipped), sd))
    return made


@given(st.integers(1, 4), st.integers(0, 2**32 - 1), st.booleans())
def test_no_score_is_outside_its_own_interval(fits: int, seed: int, shared: bool) -> None:
    """Neither as a number nor as printed: of a part, an aspect, and an aspect over classes."""
    made = scattered(fits, seed)
    scales = {place: {name: calibration.anchors(made, place, name) for name in MEASURES} for place in PLACES}
    prior = calibration.prior_of(made, "g", scales)
    at = [calibration.aspect(made, "g", place, KIND, scales[place], prior) for place in PLACES]
    everything = [*at, calibration.over_classes(at, "kind", shared=shared), *(p for each in at for p in each.parts)]
    for part in everything:
        if part.score is not None and part.interval is not None:
            assert part.interval.lo <= part.score <= part.interval.hi
            said = cell(plain(part), weakest=False)
            score, lo, hi = (
                float(word) for word in said.replace("[", "").replace("]", "").replace(",", "").replace("+", "").split()
            )
            assert lo <= score <= hi


def test_a_score_above_1_is_printed_with_the_interval_it_lies_in() -> None:
    part = plain(Part("kind", 1.27, calibration.Interval(1.09, 1.44)))
    assert cell(part, weakest=True) == "1.27* [1.09, 1.44]"
    assert cell(plain(Part("kind", -0.001, calibration.Interval(-0.004, 0.002))), weakest=False) == "0.00 [0.00, 0.00]"
