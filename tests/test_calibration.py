"""Calibration: anchors, refusal, minimum of parts, mean over classes, intervals; worked by hand."""

from dataclasses import replace

import numpy as np
import pytest

from benchmark.api import Measure
from benchmark.judging import calibration
from benchmark.judging.aspects import Aspect
from benchmark.judging.calibration import Part, Table, Value
from benchmark.judging.intervals import Interval, Prior, of_mean

UP = Measure("up", "higher", "", failing="noise")
DOWN = Measure("down", "lower", "", failing="copy")
HALF = Measure("half", "half", "", failing="noise")
FIXED = Measure("fixed", "higher", "", zero=0.0, smallest_n=100)
NEAR = Measure("near", "higher", "", zero=0.0, near=("blurred", "wrong-class"))
PLACE = (3, 1000)


def table(**values: dict[str, list[float | None]]) -> Table:
    """Values by generator: measure -> one value a seed."""
    made = Table({m.name: m for m in (UP, DOWN, HALF, FIXED, NEAR)}, 500)
    for config, measures in values.items():
        for name, fits in measures.items():
            for seed, value in enumerate(fits):
                made.put(
                    config,
                    PLACE,
                    name,
                    seed,
                    Value(
                        value,
                        status="ok" if value is not None else "failed",
                        reason="" if value is not None else "boom",
                    ),
                )
    return made


def scored(made: Table, config: str, name: str) -> Part:
    return calibration.part(made, config, PLACE, name, calibration.anchors(made, PLACE, name), Prior())


def test_failing_control_is_0_and_real_is_1() -> None:
    made = table(noise={"up": [0.1, 0.2, 0.15]}, real={"up": [0.9, 0.95, 1.0]}, g={"up": [0.5, 0.6, 0.55]})
    assert scored(made, "noise", "up").score == pytest.approx(0)
    assert scored(made, "real", "up").score == pytest.approx(1)
    assert scored(made, "g", "up").score == pytest.approx((0.55 - 0.15) / 0.8)


@pytest.mark.parametrize(
    ("blurred", "wrong", "blind"), [(0.3, 0.6, ""), (0.7, 0.1, "blurred"), (0.1, 0.8, "wrong-class")]
)
def test_a_space_in_which_a_near_control_looks_real_judges_no_pictures(
    blurred: float, wrong: float, blind: str
) -> None:
    """At most .75 on the scale, here of 0 to .9. Of small grey images, only the failing control is asked."""
    made = table(**{"real": {"near": [0.9]}, "blurred": {"near": [blurred]}, "wrong-class": {"near": [wrong]}})
    assert not calibration.anchors(made, PLACE, "near").reason
    made.pictures = True
    found = calibration.anchors(made, PLACE, "near")
    assert found.blind == bool(blind)
    assert (f"the control {blind} looks real" in found.reason) == bool(blind)


def test_an_aspect_with_a_blind_part_is_not_judged_by_its_other_parts() -> None:
    kind = Aspect("realistic", "", "", ("near", "up"))
    made = table(
        real={"near": [0.9], "up": [1.0]}, blurred={"near": [0.9]}, noise={"up": [0.0]}, g={"near": [0.8], "up": [0.9]}
    )
    for pictures in (False, True):
        made.pictures = pictures
        scales = {name: calibration.anchors(made, PLACE, name) for name in ("near", "up")}
        found = calibration.aspect(made, "g", PLACE, kind, scales, Prior())
        assert (found.score is None) == pictures
    assert "the control blurred looks real" in found.reason and "--features 'onnx" in found.reason


def test_a_measure_that_is_better_low_or_at_half() -> None:
    made = table(
        copy={"down": [1.0] * 3},
        noise={"half": [0.99] * 3},
        real={"down": [0.0] * 3, "half": [0.52, 0.48, 0.5]},
        g={"down": [0.9] * 3, "half": [0.25] * 3},
    )
    assert scored(made, "g", "down").score == pytest.approx(0.1)
    one = (0.02 + 0.02 + 0) / 3
    assert scored(made, "g", "half").score == pytest.approx((0.25 - 0.49) / (one - 0.49))


def test_without_resampling_the_interval_is_students_t_of_what_fits_deviate_by_from_their_own_anchors() -> None:
    made = table(noise={"up": [0.0, 0.1, 0.2]}, real={"up": [1.0, 1.1, 1.2]}, g={"up": [0.5, 0.7, 0.6]})
    each = [0.5, 0.6, 0.4]
    half = 4.302652729749464 * np.std(each, ddof=1) / np.sqrt(3)  # t of 2 degrees of freedom at .975
    assert scored(made, "g", "up").interval == pytest.approx((0.5 - half, 0.5 + half))


def test_controls_that_do_not_separate_judge_nobody() -> None:
    made = table(noise={"up": [0.1, 0.5, 0.9]}, real={"up": [0.9, 0.95, 1.0]}, g={"up": [0.5, 0.6, 0.55]})
    part = scored(made, "g", "up")
    assert (part.score, part.status) == (None, "not-judged")
    assert "the controls do not separate: noise 0.5, real 0.95" in part.reason


def test_too_few_images_and_a_missing_control_are_said() -> None:
    made = table(real={"fixed": [1.0] * 3, "up": [1.0] * 3}, g={"fixed": [0.5] * 3, "up": [0.5] * 3})
    assert scored(made, "g", "up").reason == "the control noise has no value here"
    assert scored(made, "g", "fixed").score == pytest.approx(0.5)
    made.n_synthetic = 50
    assert scored(made, "g", "fixed").reason == "needs 100 synthetic images, has 50"


def test_one_fit_has_an_interval_over_images_with_the_anchors_noise_in_it() -> None:
    made = Table({"up": UP}, 500)
    for config, mean in [("noise", 0.0), ("real", 1.0), ("g", 0.5)]:
        made.put(config, PLACE, "up", 0, Value(mean, 0.05))
    lo, hi = scored(made, "g", "up").interval or (0, 0)
    expected = 1.96 * np.sqrt(1.1 * (0.05**2 + (0.5 * 0.05) ** 2 + (0.5 * 0.05) ** 2))
    assert (hi - lo) / 2 == pytest.approx(expected, rel=1e-4)


KIND = Aspect("kind", "Kind", "?", ("up", "down"))


def aspect_of(made: Table, config: str) -> Part:
    scales = {name: calibration.anchors(made, PLACE, name) for name in made.measures}
    return calibration.aspect(made, config, PLACE, KIND, scales, Prior())


ANCHORS = {"noise": {"up": [0.0] * 3}, "copy": {"down": [1.0] * 3}, "real": {"up": [1.0] * 3, "down": [0.0] * 3}}


def test_an_aspect_is_the_minimum_of_its_parts() -> None:
    made = table(**ANCHORS, g={"up": [0.9, 0.8, 0.85], "down": [0.7, 0.6, 0.65]})
    part = aspect_of(made, "g")
    assert part.score == pytest.approx(0.35)
    assert part.weakest == "down"
    half = np.std([0.3, 0.4, 0.35], ddof=1) / np.sqrt(3)
    # Student's t, 2 degrees of freedom: the lower end at .975, the upper at 1 - .05 / 3, because there are two parts
    assert part.interval == pytest.approx((0.35 - 4.302653 * half, 0.35 + 5.339333 * half))


def test_a_part_that_is_not_judged_is_dropped_and_one_that_failed_is_not() -> None:
    without = {**ANCHORS, "copy": {"down": [0.0] * 3}}
    made = table(**without, g={"up": [0.9] * 3, "down": [0.7] * 3})
    part = aspect_of(made, "g")
    assert part.score == pytest.approx(0.9)
    assert [(name, why[:28]) for name, why in part.missing] == [("down", "the controls do not separate")]
    made = table(**ANCHORS, g={"up": [0.9] * 3, "down": [None] * 3})
    part = aspect_of(made, "g")
    assert (part.score, part.status, part.reason, part.score_with_failures) == (None, "failed", "boom", 0.0)


def test_a_failed_fit_counts_as_0_for_the_user() -> None:
    made = table(**ANCHORS, g={"up": [0.9, None, 0.9], "down": [0.1, None, 0.1]})
    part = aspect_of(made, "g")
    assert part.score == pytest.approx(0.9)
    assert part.score_with_failures == pytest.approx(0.6)
    assert "1 of 3 fits failed" in part.reason


def test_over_classes_leaves_out_what_is_not_judged_and_says_so() -> None:
    parts = [
        Part("kind", 0.4, Interval(0.3, 0.5), n=3, score_with_failures=0.4),
        Part("kind", 0.8, Interval(0.6, 0.9), n=3, score_with_failures=0.8),
        Part("kind", status="not-judged"),
    ]
    over = calibration.over_classes(parts, "kind")
    assert over.score == pytest.approx(0.6)
    assert over.reason == "2 of 3 classes"
    assert over.interval == pytest.approx((0.6 - np.hypot(0.1, 0.2) / 2, 0.6 + np.hypot(0.1, 0.1) / 2))


def test_a_part_that_is_missing_in_some_classes_is_named_with_their_number() -> None:
    whole = Part("kind", 0.4, score_with_failures=0.4)
    short = replace(whole, missing=(("up", "too few images"),))
    assert calibration.over_classes([whole, short, whole], "kind").missing == (
        ("up", "in 1 of 3 classes: too few images"),
    )
    assert calibration.over_classes([short, short], "kind").missing == (("up", "too few images"),)


def test_the_upper_end_over_classes_is_that_of_the_lowest_mean_of_a_part() -> None:
    """Fresh images in many classes: one part or the other is low by chance in each, and 1 must stay inside."""
    low, high = (Part(name, 0.9, Interval(0.8, 1.05)) for name in ("up", "down"))
    parts = [replace(low, score=1.0, interval=Interval(0.9, 1.1)), high, low]
    one = Part("kind", 0.9, Interval(0.8, 1.05), score_with_failures=0.9, parts=(parts[0], parts[1]))
    other = replace(one, parts=(parts[2], replace(parts[0], name="down")))
    over = calibration.over_classes([one, other], "kind")
    assert over.score == pytest.approx(0.9)
    assert over.interval == pytest.approx((0.9 - 0.1 / np.sqrt(2), 0.95 + np.hypot(0.1, 0.15) / 2))


def test_what_is_not_realistic_is_not_called_original() -> None:
    names = {"clipped_density": "noise", "copy_share": "copy", "duplicate_share": "repeat"}
    made = Table(
        {n: Measure(n, "higher" if n == "clipped_density" else "lower", "", failing=f) for n, f in names.items()}, 500
    )
    values = {
        "noise": (0.0, 0.0, 0.0),
        "copy": (1.0, 1.0, 0.0),
        "repeat": (0.0, 1.0, 1.0),
        "real": (1.0, 0.0, 0.0),
        "copier": (0.1, 0.9, 0.0),
    }
    for config, each in values.items():
        for name, value in zip(names, each, strict=True):
            made.put(config, PLACE, name, 0, Value(value))
    scales = {name: calibration.anchors(made, PLACE, name) for name in names}
    found = {config: calibration.aspects_at(made, config, PLACE, scales, Prior())["original"] for config in values}
    assert found["noise"].status == "not-meaningful"
    assert found["copier"].status == "ok"
    assert found["copier"].score == pytest.approx(0.1)
    assert found["real"].score == pytest.approx(1.0)


def test_without_disguised_near_copies_decide() -> None:
    """A copier must not be called original because the metric that finds copies in disguise was not chosen."""
    names = {"copy_share": "copy", "duplicate_share": "repeat"}
    made = Table({n: Measure(n, "lower", "", failing=f) for n, f in names.items()}, 500)
    for config, values in {"copy": (1.0, 0.0), "repeat": (1.0, 1.0), "real": (0.0, 0.0), "copier": (0.9, 0.0)}.items():
        for name, value in zip(names, values, strict=True):
            made.put(config, PLACE, name, 0, Value(value))
    scales = {name: calibration.anchors(made, PLACE, name) for name in names}
    found = calibration.aspects_at(made, "copier", PLACE, scales, Prior())["original"]
    assert found.score == pytest.approx(0.1)
    assert found.weakest == "copy_share"


def test_images_that_are_test_images_are_not_called_useful() -> None:
    table = Table(
        {"tstr": Measure("tstr", "higher", "", zero=0.0), "leak_share": Measure("leak_share", "lower", "")}, 500
    )
    for config, value in {"real": 0.9, "thief": 0.9, "honest": 0.9}.items():
        table.put(config, PLACE, "tstr", 0, Value(value))
    table.put("thief", PLACE, "leak_share", 0, Value(0.1))
    table.put("honest", PLACE, "leak_share", 0, Value(0.01))
    scales = {"tstr": calibration.anchors(table, PLACE, "tstr")}
    thief, honest = (calibration.aspects_at(table, c, PLACE, scales, Prior())["useful"] for c in ("thief", "honest"))
    assert (thief.status, thief.score) == ("not-judged", None)
    assert thief.reason == "10% of the images are nearly test or held-out images"
    assert honest.score == pytest.approx(1)


def test_mean_of_intervals_is_mover() -> None:
    assert of_mean([1.0, 3.0], [Interval(0.0, 2.0), Interval(1.0, 4.0)]) == pytest.approx(
        (2 - np.sqrt(5) / 2, 2 + np.sqrt(2) / 2)
    )
