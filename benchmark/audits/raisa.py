"""The outside suite: do the measures of realism and variety keep the 15 checks of Räisä et al. 2025?

Räisä, van Breugel, van der Schaar: Position: all current generative fidelity and diversity metrics are flawed, 2025.
"""

from __future__ import annotations

import itertools
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from benchmark.audits.raisa_data import CURVES, Curve, N
from benchmark.audits.raisa_rows import PURPOSES, Row, rows
from benchmark.audits.raisa_rules import Purpose
from benchmark.errors import InputError

if TYPE_CHECKING:
    from benchmark.api import Array, Measure, Metric
    from benchmark.audits.raisa_rows import Values
    from benchmark.jobs import Say
    from benchmark.plugins.loadable import Loadable
    from benchmark.plugins.registry import Registry

REPEATS = 10
PUBLISHED: Mapping[str, Purpose] = {"precision": "fidelity", "density": "fidelity"}  # they judge nothing here
SD = 0.02  # of the noise on the repeated point, as in the control `repeat`
APART = 100.0  # standard deviations
# What must fail, in place of the controls for images. Noise with the mean and sd of each dimension would be as good as
# real points here, so those of `noise` lie apart.
CONTROLS: Mapping[str, Callable[[Array, int, np.random.Generator], Array]] = {
    "noise": lambda real, n, rng: APART + rng.normal(size=(n, real.shape[1])),
    "repeat": lambda real, n, rng: real[rng.integers(len(real))] + rng.normal(0, SD, (n, real.shape[1])),
}


@dataclass(frozen=True)
class CurveJob:
    """One repeat of one curve, scored in another process (see `benchmark.jobs.Job`)."""

    folder: Path
    metrics: tuple[Loadable, ...]
    pixels: Loadable
    curve: int
    repeat: int
    repeats: int
    start: Literal["pool"] = "pool"
    seconds: float = 3600.0
    memory: float = 8.0
    environment: Mapping[str, str] = field(default_factory=dict)

    def run(self, say: Say) -> dict[str, Any]:
        """Return the values of all measures along the curve."""
        import traceback

        from benchmark.plugins.raised import describe

        try:
            metrics = [metric.load() for metric in self.metrics]
            values = scored(CURVES[self.curve], metrics, self.pixels.load(), (self.curve, self.repeat), self.repeats)
        except Exception as error:  # noqa: BLE001 - whatever a plugin raises
            traceback.print_exc()
            return {"status": "failed", "reason": describe(error, None)}
        return {"status": "ok", "values": values}


def chosen(registry: Registry, text: str = "") -> tuple[list[Metric], dict[str, Purpose]]:
    """Return the metrics and the purposes of their measures that are examined. Raises InputError if there are none.

    text: a selector; the default is all default metrics of vectors. Examined are the measures of realism and variety
    of which more is better, in the space set by `--features` and without a classifier; and `PUBLISHED`.
    """
    from benchmark.audits.selfcheck import LEFT_OUT
    from benchmark.plugins.selectors import select

    names = ",".join(n for n, m in registry.metrics.items() if m.default and n not in LEFT_OUT)
    metrics = [m for m in select(text or names, registry.metrics, "metric") if any(map(_purpose, m.measures))]
    if not metrics:
        raise InputError(f"--only {text!r} has no measure of realism or variety for vectors; use --only clipped,prdc.")
    purposes = {measure.name: _purpose(measure) for metric in metrics for measure in metric.measures}
    return metrics, {name: purpose for name, purpose in purposes.items() if purpose}


def _purpose(measure: Measure) -> Purpose | None:
    if measure.name in PUBLISHED:
        return PUBLISHED[measure.name]
    of_vectors = measure.better == "higher" and measure.space == "features" and not measure.reference
    return PURPOSES.get(measure.aspect) if of_vectors else None


def scored(curve: Curve, metrics: Sequence[Metric], pixels: Any, seed: tuple[int, int], repeats: int) -> Values:
    """Score one repeat of a curve; NaN where there is no value, or where it has enough points with fewer repeats.

    The controls are scored where the real points change, otherwise at the first place only.
    """
    found: dict[str, dict[str, Array]] = {}
    for i, x in enumerate(curve.xs):
        rng = np.random.default_rng([*seed, i])
        if seed[1] and seed[1] * max(curve.size("real", x), curve.size("made", x)) >= repeats * N:
            continue
        points = curve.points(x, rng)
        real, n = points.pop("real"), len(points["made"])
        if curve.moves or i == 0:
            points.update({name: control(real, n, rng) for name, control in CONTROLS.items()})
        else:
            del points["fresh"]
        for name, made in points.items():
            for measure, value in _values(metrics, real, made, pixels, rng):
                found.setdefault(name, {}).setdefault(measure, np.full(len(curve.xs), np.nan))[i] = value
    return found


def _values(
    metrics: Sequence[Metric], real: Array, made: Array, pixels: Any, rng: np.random.Generator
) -> Iterator[tuple[str, float]]:
    """Score points as images of one row, in the space of their pixels: the real metrics, on vectors."""
    from benchmark.api import Context, Task
    from benchmark.evidence.evidence import CellEvidence
    from benchmark.evidence.reference import FeatureSpace

    there, images = (points.astype(np.float32).reshape(len(points), 1, -1, 1) for points in (real, made))
    task = Task("raisa", 0, "0", len(real), len(made), (1, real.shape[1], 1), 1, 0)
    space = FeatureSpace("pixels", "none", pixels, None)
    none = np.empty(0, dtype=np.int64)
    evidence = CellEvidence(task, images, there, there, there[:0], none, {}, space)
    for metric in metrics:
        for measure, score in metric.score(evidence, Context(rng)).items():
            yield measure, np.nan if score.value is None else score.value


def run(
    registry: Registry, text: str = "", *, repeats: int = REPEATS, workers: int = 1, done: Callable[[], None]
) -> list[Row]:
    """Score all curves and judge the measures. done: called after each of the `number_of_jobs`. Raises InputError."""
    from benchmark.plugins.loadable import loadable
    from benchmark.plugins.selectors import select

    metrics, purposes = chosen(registry, text)
    (pixels,) = select("pixels", registry.features, "feature space")
    folder = Path(tempfile.mkdtemp(prefix="bench-raisa-"))
    try:
        parts = tuple(map(loadable, metrics))
        jobs = [
            CurveJob(folder / f"{curve}-{repeat}", parts, loadable(pixels), curve, repeat, repeats)
            for repeat, curve in itertools.product(range(repeats), range(len(CURVES)))
        ]
        values: dict[int, list[Values]] = {}
        for job, found in _outcomes(jobs, workers, folder):
            values.setdefault(job.curve, []).append(found)
            done()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    measures = {m.name: m for metric in metrics for m in metric.measures if m.name in purposes}
    return rows(measures, purposes, [values[i] for i in range(len(CURVES))])


def _outcomes(jobs: Sequence[CurveJob], workers: int, folder: Path) -> Iterator[tuple[CurveJob, Values]]:
    from benchmark.executors.home import Home
    from benchmark.executors.local import Local

    executor, waiting, running = Local(workers, Home(folder)), list(jobs), 0
    try:
        while waiting or running:
            while waiting and executor.free:
                waiting[0].folder.mkdir()
                executor.start(waiting.pop(0))
                running += 1
            for event in executor.poll(1.0):
                if event.kind == "ended":
                    running -= 1
                    if event.payload["status"] != "ok":
                        raise InputError(f"check {CURVES[event.job.curve].check}: {event.payload['reason']}")
                    yield event.job, _arrays(event.payload["values"])
    finally:
        executor.close()


def _arrays(values: Any) -> Values:
    """Return what was sent as arrays; there, NaN is None."""
    return {n: {m: np.array(v, dtype=np.float64) for m, v in found.items()} for n, found in values.items()}
