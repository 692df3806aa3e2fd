"""`bench check --metrics --suite raisa`: what holds for which curves, on which data, and the table of real metrics."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from benchmark.api import Measure
from benchmark.audits import raisa
from benchmark.audits.raisa_data import CURVES, Curve
from benchmark.audits.raisa_rows import calibrated, row
from benchmark.audits.raisa_rules import (
    LEFT,
    RIGHT,
    RULES,
    Predicate,
    bell,
    converging,
    failures,
    falling,
    falling_by,
    flat,
    level,
    one,
    rising,
    zero,
)
from benchmark.plugins.registry import discover

XS = np.linspace(0, 4, 5)
NAN = float("nan")
HOLDS: list[tuple[Predicate, list[float]]] = [
    (one(2), [0, 0, 0.95, 0, 0]),
    (one(RIGHT), [0, 0, 0, 0, 1.05]),
    (zero(LEFT), [-0.05, 1, 1, 1, 1]),
    (level(0.2, RIGHT), [1, 1, 1, 1, 0.25]),
    (flat, [0.5, 0.55, 0.5, 0.52, 0.5]),
    (converging, [9, 3, 0.5, 0.55, 0.52]),
    (falling, [0.9, 1, 0.5, 0, 0.1]),
    (rising, [0.1, 0, 0.5, 1, 0.9]),
    (falling_by(0.5), [1, 1, 0.9, 0.5, 0]),
    (falling_by(0.75), [1, 1, 1, 0.9, 0]),
    (bell(2), [0.1, 0.5, 1, 0.5, 0]),
    (bell(2), [0.5, 0.7, 0.9, 1, 0]),
]
FAILS: list[tuple[Predicate, list[float]]] = [
    (one(2), [1, 1, 0.94, 1, 1]),
    (one(2), [1, 1, NAN, 1, 1]),
    (one(RIGHT), [1, 1, 1, 1, 1.06]),
    (zero(LEFT), [0.06, 0, 0, 0, 0]),
    (flat, [0.5, 0.56, 0.5, 0.5, 0.5]),
    (flat, [0.5, NAN, 0.5, 0.5, 0.5]),
    (converging, [0.5, 0.5, 0.5, 0.6, 0.5]),
    (falling, [1, 1, 0.9, 0.9, 0.81]),  # by less than .2
    (falling, [0.8, 1, 0.5, 0.2, 0]),  # the left end is not near the maximum
    (falling, [1, 0.5, 0, 0.2, 0.2]),  # nor the right one near the minimum
    (rising, [1, 0.9, 0.5, 0.1, 0]),
    (falling_by(0.5), [1, 1, 0.95, 0.5, 0]),  # too late
    (falling_by(0.5), [1, 0.5, 0.5, 0.9, 0.85]),
    (bell(2), [0.1, 0.5, 0.8, 1, 0]),  # the centre is not near the maximum
    (bell(2), [0.1, 0.5, 1, 0.5, 0.9]),  # one end is as high
    (bell(2), [0.7, 0, 1, 0, 0.7]),  # no end is near the minimum
    (bell(2), [0, 0.5, NAN, 0.5, 0]),
]


def words(found: Any) -> str:
    return str(getattr(found, "name", found))


@pytest.mark.parametrize(("predicate", "values"), HOLDS, ids=words)
def test_a_predicate_holds(predicate: Predicate, values: list[float]) -> None:
    assert predicate.holds(XS, np.array(values))


@pytest.mark.parametrize(("predicate", "values"), FAILS, ids=words)
def test_a_predicate_does_not_hold(predicate: Predicate, values: list[float]) -> None:
    assert not predicate.holds(XS, np.array(values))


def ideal(curve: Curve, reading: str) -> Any:
    """Return the values of a measure that keeps everything."""
    xs = np.array(curve.xs)
    fidelity, high = reading == "fidelity", reading == "high"
    down = np.linspace(1, 0.2, len(xs))
    tent = 1 - np.abs(xs - (1 if curve.rule == "radius" else 0)) / (0.9 if curve.rule == "radius" else xs[-1])
    half_up, half_down = np.minimum(1, 1 + xs / xs[-1]), np.minimum(1, 1 - xs / xs[-1])
    grown = np.minimum(1, xs / 5)
    values = {
        "bell": tent,
        "radius": tent,
        "sd": half_down if fidelity else half_up if high else tent,
        "fading modes": 1 + 0 * xs if fidelity else down,
        "dropped modes": 1 + 0 * xs if fidelity else down,
        "invented modes": np.minimum(1, 5 / np.maximum(xs, 1)) if fidelity else grown,
        "overlap": 0.2 + 0 * xs,
        "disjoint": 0 * xs,
        "bridged modes": 1 + 0 * xs if high else down,
        "shifted": 0 * xs,
        "real rounded": high + 0.0 * xs,
        "synthetic rounded": fidelity + 0.0 * xs,
    }
    return values[curve.rule]


@pytest.mark.parametrize("reading", ["fidelity", "low", "high"])
def test_a_perfect_measure_passes_everything_and_a_constant_little(reading: str) -> None:
    purpose: Any = "fidelity" if reading == "fidelity" else "diversity"
    perfect = row("perfect", purpose, "raw", [ideal(curve, reading) for curve in CURVES])
    assert (perfect.shapes, perfect.all_groups, perfect.failed) == (13, 28, {})
    constant = row("constant", purpose, "raw", [np.full(len(curve.xs), 0.5) for curve in CURVES])
    assert constant.shapes <= 6
    assert constant.failed["1: bell around 0"] == ("d = 1", "d = 8", "d = 64")
    assert not constant.groups[1]["levels"]


def test_the_two_readings_of_diversity_are_not_mixed() -> None:
    """A measure that reads wide sets as diverse in check 3 and as not diverse in check 11 fails one of the two."""
    mixed = [ideal(curve, "high" if curve.rule == "sd" else "low") for curve in CURVES]
    assert 0 < len({failure.partition(":")[0] for failure in row("mixed", "diversity", "raw", mixed).failed}) <= 3


def drawn(check: int, name: str, x: float) -> dict[str, Any]:
    (curve,) = [c for c in CURVES if (c.check, c.name) == (check, name)]
    return curve.points(x, np.random.default_rng(0))


def test_the_data_are_those_of_the_checks() -> None:
    assert sorted({curve.check for curve in CURVES}) == list(range(1, 16))
    assert all(curve.rule in RULES and list(curve.xs) == sorted(curve.xs) for curve in CURVES)
    moved = drawn(1, "d = 8", 3.0)
    assert moved["real"].std(axis=0) == pytest.approx(1)  # standardised on real
    assert moved["made"].mean(axis=0) == pytest.approx(3, abs=0.2)
    assert (drawn(2, "outlier in synthetic, d = 1", -6.0)["made"] > 4).sum() == 1
    assert (drawn(2, "outlier in real, d = 64", 0.0)["real"] > 0.9).all(axis=1).sum() == 1
    assert (drawn(5, "d = 1", 9.0)["made"] < drawn(5, "d = 1", 9.0)["real"].mean()).all()  # one mode is left
    sphere = drawn(7, "d = 16", 1.9)
    ratio = np.linalg.norm(sphere["made"], axis=1).mean() / np.linalg.norm(sphere["real"], axis=1).mean()
    assert ratio == pytest.approx(1.9, abs=0.02)
    sizes = {name: len(points) for name, points in drawn(9, "d = 8", 200.0).items()}
    assert sizes == {"real": 1000, "made": 200, "fresh": 200}
    cubes = drawn(8, "d = 8", 10_000.0)
    inside = ((cubes["made"] >= cubes["real"].min(axis=0)) & (cubes["made"] <= cubes["real"].max(axis=0))).all(axis=1)
    assert inside.mean() == pytest.approx(0.2, abs=0.02)
    assert drawn(14, "d = 2 to 1,001", 1000.0)["real"].shape == (1000, 1001)
    assert (
        len(np.unique(drawn(15, "real rounded", 1.0)["real"]))
        < 12
        < len(np.unique(drawn(15, "real rounded", 1.0)["made"]))
    )


def test_real_metrics_on_dropped_modes() -> None:
    """Precision is fidelity, and stays; coverage is diversity, and falls from the first mode that is dropped."""
    metrics, purposes = raisa.chosen(discover(), "prdc,clipped")
    assert purposes == {
        **dict.fromkeys(("precision", "density", "clipped_density"), "fidelity"),
        **dict.fromkeys(("recall", "coverage", "clipped_coverage"), "diversity"),
    }
    (place,) = [i for i, curve in enumerate(CURVES) if (curve.check, curve.name) == (5, "d = 1")]
    curve, pixels = CURVES[place], discover().get("features", "pixels")()
    values = raisa.scored(curve, metrics, pixels, (place, 0), 1)
    assert set(values) == {"made", "fresh", "noise", "repeat"}
    rules, xs = RULES[curve.rule], np.array(curve.xs)
    assert failures(rules["fidelity"], xs, values["made"]["precision"]) == ([], [])
    assert failures(rules["high"], xs, values["made"]["clipped_coverage"]) == ([], [])
    assert failures(rules["fidelity"], xs, values["made"]["clipped_coverage"]) != ([], [])
    assert values["repeat"]["coverage"][0] < 0.1
    assert values["fresh"]["coverage"][0] > 0.9


def test_calibration_refuses_what_its_controls_cannot_tell() -> None:
    def along(repeat: float) -> Any:
        def of(curve: Curve, wave: float) -> Any:
            found = {"made": 0.5, "fresh": 0.8 + wave, "repeat": repeat}
            return {name: {"m": np.full(len(curve.xs), value)} for name, value in found.items()}

        measure = Measure("m", "higher", "", failing="repeat")
        return calibrated(measure, [[of(curve, wave) for wave in (-0.02, 0, 0.02)] for curve in CURVES])[0]

    assert along(0.2) == pytest.approx(0.5)
    assert np.isnan(along(0.78)).all()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--metrics", "--suite", "raissa"], "suite 'raissa' is not known; there are: raisa. Did you mean 'raisa'?"),
        (["--suite", "raisa"], "write: bench check --metrics --suite raisa"),
        (["smote", "--suite", "raisa"], "--suite raisa checks metrics"),
        (["--metrics", "--suite", "raisa", "-c", "3"], "--classes cannot be used with --suite raisa"),
        (["--metrics", "--suite", "raisa", "-m", "strokes"], "has no measure of realism or variety for vectors"),
        (["--metrics", "--suite", "raisa", "--seeds", "0"], "--seeds 0 is out of range"),
    ],
)
def test_what_cannot_be_examined_is_refused(bench: Any, arguments: list[str], message: str) -> None:
    assert message in bench("check", *arguments, code=2).stderr


@pytest.mark.slow("scores all curves once")
@pytest.mark.timeout(900)
def test_the_command_prints_the_table_and_leaves_nothing_behind(bench: Any) -> None:
    done = bench("check", "--metrics", "--suite", "raisa", "-m", "diversity", "--seeds", "1", "--json")
    rows = {(found["measure"], found["scale"]): found for found in json.loads(done.stdout)["rows"]}
    assert set(rows) == {
        (name, scale) for name in ("diversity", "varied: diversity") for scale in ("raw", "calibrated")
    }
    found = rows["diversity", "raw"]
    assert sum(len(groups) for groups in found["groups"].values()) == 28
    assert found["groups"]["6"]["shape"]  # it rises with the number of modes
    assert not found["groups"]["1"]["shape"]  # it does not see where the points are
    assert list(bench.folder.iterdir()) == []
