"""Copies that could not be found are named next to the score of `original`: by hand, on the page, in the terminal."""

from __future__ import annotations

from benchmark.api import Measure
from benchmark.cli._table import undecided as lines
from benchmark.judging.calibration import Table, Value
from benchmark.judging.undecided import DISGUISES, LEAST, undecided
from metrics.disguised import Disguised

NAMES = {1: "1", 7: "seven"}
MEASURES = {name: Measure(name, "none", "") for name in DISGUISES}


def table(**values: dict[int, list[float | None]]) -> Table:
    """Return a table with one value per class and seed of each measure."""
    found = Table(MEASURES, 100)
    for measure, by_label in values.items():
        for label, seeds in by_label.items():
            for seed, value in enumerate(seeds):
                found.put("real", (label, 300), measure, seed, Value(value))
    return found


def test_a_disguise_that_half_of_the_probes_get_by_in_is_named_with_its_classes() -> None:
    found = undecided(
        table(
            warped_recognised={1: [0.2, 0.4], 7: [0.4, 0.5]},
            thinned_recognised={1: [0.4, 0.7], 7: [LEAST]},
            turned_recognised={1: [None]},
        ),
        ["real"],
        NAMES,
        300,
    )
    assert [each.text for each in found] == [
        "warped copies cannot be distinguished from new images in classes 1, seven"
    ]
    (one,) = undecided(table(turned_recognised={7: [0.0]}), ["real", "smote"], NAMES, 300)
    assert one.text == "turned copies cannot be distinguished from new images in class seven"
    assert undecided(table(turned_recognised={7: [0.0]}), ["real"], NAMES, 50) == []
    (both,) = undecided(table(warped_recognised={1: [0.0]}, thinned_recognised={1: [0.4]}), ["real"], NAMES, 300)
    assert both.text == "warped and thinned copies cannot be distinguished from new images in class 1"


def test_these_are_measures_of_the_metric() -> None:
    assert set(DISGUISES) <= {measure.name for measure in Disguised.measures}


def test_the_terminal_says_it_if_any_generator_is_judged() -> None:
    row = {"n_real": 300, "disguises": ["warped"], "classes": ["1"], "text": "warped copies cannot be distinguished"}
    verdict = {"n_real": 300, "config": "g", "aspects": {"original": {"score": 1.0}}}
    summary = {"n_real": [300], "undecided": [row], "verdicts": [verdict]}
    assert lines(summary) == ["original: warped copies cannot be distinguished"]
    assert lines({**summary, "n_real": [50, 300]}) == ["original at n_real 300: warped copies cannot be distinguished"]
    verdict["aspects"]["original"]["score"] = None  # type: ignore[index]
    assert lines(summary) == []
