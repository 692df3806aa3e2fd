"""What every metric must do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from benchmark.jobs.score import check_scores, checked_column
from benchmark.judging.aspects import ASPECTS
from benchmark.judging.calibration import REAL, Table, Value, anchors
from benchmark.testing._evidence import DIGIT, PLENTY, SCARCE, N, World, digits_world, small_world
from benchmark.testing._state import unchanged
from benchmark.testing._subject import Fault, Skip

if TYPE_CHECKING:
    from collections.abc import Mapping

    from benchmark.api import Measure, Score
    from benchmark.testing._subject import Subject

GREY, COLOUR = (8, 8, 1), (6, 9, 3)
SEEDS = 3


def check_declaration(subject: Subject) -> None:
    """Each measure has a unique name, a help text, a direction and, if it is calibrated, an existing control."""
    metric = subject.new()
    names = [measure.name for measure in metric.measures]
    if not names or len(set(names)) < len(names):
        raise Fault(f"measures are {', '.join(names) or 'none'}; at least one is needed, and names must be unique")
    controls = small_world(subject.shared, GREY).controls
    for measure in metric.measures:
        for fault in _faults(measure, tuple(controls)):
            raise Fault(f"measure {measure.name}: {fault}")


def check_declared_measures(subject: Subject) -> None:
    """For a generator and for each control, `score` returns exactly the measures that are due."""
    metric, world = subject.new(), small_world(subject.shared, GREY)
    for control in (None, *world.controls):
        if metric.due(control):
            score(subject, world, control)


def check_bounds(subject: Subject) -> None:
    """Values are within their bounds; draws for the interval are finite and lie around the value."""
    for control, scores in _of_all_controls(subject, digits_world(subject.shared)).items():
        for measure in subject.new().due(control):
            _check_value(measure, scores[measure.name])


def check_orders_controls(subject: Subject) -> None:
    """On real digits, each calibrated measure rates fresh real images above its failing control."""
    metric, world = subject.new(), digits_world(subject.shared)
    judged = [measure for measure in metric.measures if measure.anchored]
    if not judged:
        raise Skip("no measure is calibrated")
    table = Table({measure.name: measure for measure in judged}, N)
    for control in {REAL, *(measure.failing for measure in judged if measure.failing)}:
        for seed in range(SEEDS):
            for name, found in score(subject, world, control, seed).items():
                table.put(control, (DIGIT, 0), name, seed, Value(found.value, found.sd, "ok", found.reason))
    small = [m.name for m in judged if m.smallest_n > N]
    for measure in judged:
        if measure.name not in small:
            _check_order(table, measure)
    if len(small) == len(judged):
        raise Skip(f"{small[0]} needs more than {N} images; check it with bench check --metrics")


def check_same_seed(subject: Subject) -> None:
    """The same evidence and seed give the same values and draws."""
    world = small_world(subject.shared, GREY)
    one, two = score(subject, world, None), score(subject, world, None)
    for name, found in one.items():
        if found.value != two[name].value or not np.array_equal(_draws(found), _draws(two[name])):
            raise Fault(f"{name} is a different number the second time; draw every random number from ctx.rng")


def check_evidence_unchanged(subject: Subject) -> None:
    """It does not change the images of the evidence."""
    world = small_world(subject.shared, GREY)
    before = {key: {role: images.copy() for role, images in roles.items()} for key, roles in world.roles.items()}
    test = world.test.copy()
    score(subject, world, None)
    same = all(np.array_equal(world.roles[key][role], before[key][role]) for key in before for role in before[key])
    if not (same and np.array_equal(world.test, test)):
        raise Fault("score changed images of the evidence; work on a copy")


def check_colour(subject: Subject) -> None:
    """It accepts images that have three channels and are not square."""
    score(subject, small_world(subject.shared, COLOUR), None)


def check_few_images(subject: Subject) -> None:
    """For 2 or 5 images, it returns values, or Scores without a value that say why."""
    for n in (2, 5):
        score(subject, small_world(subject.shared, GREY, n), None)


def check_global_state(subject: Subject) -> None:
    """The global random generators of Python, numpy, torch and TensorFlow are left unchanged."""
    world = small_world(subject.shared, GREY)
    score(subject, world, None)  # what it imports may set up its own random generator
    with unchanged():
        score(subject, world, None)


def score(subject: Subject, world: World, control: str | None, seed: int = 0) -> Mapping[str, Score]:
    """Score as the runner does, on scarce data if the metric refuses more. Raises Skip or Fault."""
    metric = subject.new()
    n_real, refused = PLENTY, ""
    for n_real in (PLENTY, min(SCARCE, world.n // 2)):
        refused = metric.skip(world.task(DIGIT, seed, n_real)) or ""
        if not refused:
            break
    if refused:
        raise Skip(refused)
    evidence, ctx = world.evidence(metric, control, seed, n_real), subject.context(seed)
    found: Mapping[str, Score] = metric.score(evidence, ctx)
    try:
        check_scores(metric, found, control)
        for name, values in ctx.columns.items():
            checked_column(name, values, world.task(DIGIT, seed, n_real))
    except ValueError as error:
        raise Fault(str(error)) from None
    return found


def _faults(measure: Measure, controls: tuple[str, ...]) -> list[str]:
    aspects = [aspect.name for aspect in ASPECTS]
    low, high = measure.bounds
    wrong = {
        "has no help; describe in words what the number is": not measure.help.strip(),
        f"failing is {measure.failing!r}, which is not a control; allowed: {', '.join(controls)}": measure.failing
        is not None
        and measure.failing not in controls,
        f"aspect is {measure.aspect!r}; allowed: {', '.join(aspects)}": measure.aspect is not None
        and measure.aspect not in aspects,
        "is calibrated, but better is 'none'; give it a direction": measure.better == "none" and measure.anchored,
        f"bounds are {low} to {high}; they must ascend": low is not None and high is not None and low >= high,
        f"smallest_n is {measure.smallest_n}; it must be at least 1": measure.smallest_n < 1,
    }
    return [fault for fault, there in wrong.items() if there]


def _of_all_controls(subject: Subject, world: World) -> Mapping[str | None, Mapping[str, Any]]:
    metric = subject.new()
    return {c: score(subject, world, c) for c in (None, *world.controls) if metric.due(c)}


def _check_value(measure: Measure, found: Score) -> None:
    low, high = measure.bounds
    if found.value is None:
        return
    if (low is not None and found.value < low - 1e-9) or (high is not None and found.value > high + 1e-9):
        raise Fault(f"{measure.name} is {found.value:.4g}; its bounds are {low} to {high}")
    if found.draws is None:
        return
    if not np.isfinite(found.draws).all():
        raise Fault(f"{measure.name}: some draws are not finite")
    off = abs(float(np.mean(found.draws)) - found.value)
    if off > max(4 * float(np.std(found.draws)), 0.05 * abs(found.value), 0.02):
        raise Fault(f"{measure.name} is {found.value:.4g}, but its draws have the mean {np.mean(found.draws):.4g}")


def _check_order(table: Table, measure: Measure) -> None:
    scale = anchors(table, (DIGIT, 0), measure.name)
    if scale.reason:
        raise Fault(f"{measure.name}: {scale.reason}")
    higher = scale.one is not None and scale.zero is not None and scale.one > scale.zero
    if higher != (measure.better == "higher"):
        direction = "closer to .5 is better" if measure.better == "half" else f"{measure.better} is better"
        raise Fault(
            f"{measure.name}: {direction}, but it is {scale.one:.3g} for fresh real images and {scale.zero:.3g} for "
            f"{measure.failing or 'the fixed zero'}"
        )


def _draws(found: Score) -> Any:
    return np.zeros(0) if found.draws is None else np.asarray(found.draws)
