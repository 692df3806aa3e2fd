"""Evidence for metric tests: of points in the plane, and of real digits."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pytest

from benchmark.api import Array, Context, Images, Metric, Score, Task
from benchmark.evidence.evidence import CellEvidence
from benchmark.evidence.reference import FeatureSpace, prepare
from benchmark.features.pca import Pca
from benchmark.features.pixels import Pixels
from benchmark.images.real import RealData
from benchmark.images.roles import Sizes
from benchmark.jobs.score import checked_column

SIZES = Sizes(train=200, held_out=100)


class Scored(dict[str, Score]):
    """Scores by measure, what was kept and what is said of each image; `value` of one."""

    kept: Mapping[str, Array]

    def value(self, name: str) -> float:
        """Return the value of a measure that must have one."""
        value = self[name].value
        assert value is not None, self[name].reason
        return value


def run(metric: Metric, evidence: CellEvidence) -> Scored:
    """Score, and check what every metric promises."""
    ctx = Context(np.random.default_rng(0))
    scores = Scored(metric.score(evidence, ctx))
    scores.kept = {**ctx.kept, **ctx.columns}
    for column in ctx.columns:
        checked_column(column, ctx.columns[column], evidence.task)
    assert list(scores) == [m.name for m in metric.due(evidence.control)]
    for measure in metric.due(evidence.control):
        found = scores[measure.name]
        low, high = measure.bounds
        if found.value is None:
            assert found.reason
            continue
        assert (low is None or found.value >= low) and (high is None or found.value <= high + 1e-9), measure.name
        if found.draws is not None:
            assert np.isfinite(found.draws).all()
            spread = found.draws.std()
            assert abs(found.draws.mean() - found.value) <= max(4 * spread, 0.05 * abs(found.value), 0.02), measure.name
    return scores


@pytest.fixture
def score() -> Callable[[Metric, CellEvidence], Scored]:
    """Return what scores a metric."""
    return run


@pytest.fixture
def plane() -> Callable[..., CellEvidence]:
    """Return what makes evidence of points: each row of an array is one image, features are pixels."""

    def make(synthetic: Array, held_out: Array, train: Array | None = None) -> CellEvidence:
        def images(points: Array) -> Images:
            return np.asarray(points, dtype=np.float32).reshape(len(points), 1, -1, 1)

        made, real = images(synthetic), images(held_out)
        seen = real if train is None else images(train)
        task = Task("plane", 0, "0", len(seen), len(made), made.shape[1:], 1, 0)
        space = FeatureSpace("pixels", "none", Pixels(), None)
        return CellEvidence(task, made, seen, real, real[:0], np.empty(0, dtype=np.int64), {}, space)

    return make


@pytest.fixture(scope="session")
def mnist_space(mnist: RealData) -> FeatureSpace:
    """PCA and the reference classifier on 100 neutral images a class."""
    neutral = [mnist.roles(label, 0, SIZES)["neutral"][:100] for label in range(10)]
    return prepare(Pca(), np.concatenate(neutral), np.repeat(np.arange(10), 100), np.random.default_rng(0))


@pytest.fixture(scope="session")
def digit(mnist: RealData, mnist_space: FeatureSpace) -> Callable[..., CellEvidence]:
    """Return what makes evidence of MNIST: `digit(5, images)`, or of a function of the roles and a generator."""

    def make(label: int, made: Images | Callable[..., Images], control: str | None = None) -> CellEvidence:
        roles = mnist.roles(label, 0, SIZES)
        images = made(roles, np.random.default_rng(label)) if callable(made) else made
        others = {c: mnist.roles(c, 0, SIZES)["held_out"] for c in range(10) if c != label}
        task = Task("mnist", label, str(label), len(roles["train"]), len(images), mnist.shape, 10, 0)
        return CellEvidence(
            task,
            images.astype(np.float32),
            roles["train"],
            roles["held_out"],
            mnist.test[:2000],
            mnist.test_labels[:2000],
            others,
            mnist_space,
            control,
        )

    return make
