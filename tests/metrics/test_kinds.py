"""The breakdown of `original`, on digits whose kind is known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from benchmark.api import Context, Images
from benchmark.results.images_csv import kinds
from generators.affine import Affine
from generators.smote import Smote
from metrics.disguised import Disguised
from metrics.nearest_neighbour import NearestNeighbour


def made_by(generator: Any) -> Callable[..., Images]:
    """Return what makes 100 images of the training role."""

    def make(roles: Any, rng: Any) -> Images:
        generator.fit(roles["train"], Context(rng))
        return np.clip(generator.sample(100, Context(rng)), 0, 1).astype(np.float32)

    return make


@pytest.fixture
def shares(digit: Any, score: Any) -> Callable[..., dict[str, float]]:
    """Return the shares of the kinds, with and without the diagnostic metric."""

    def count(made: Any, *metrics: Any) -> dict[str, float]:
        evidence = digit(5, made)
        told = kinds({k: v for metric in metrics for k, v in score(metric, evidence).kept.items()})
        assert told is not None
        names, counts = np.unique(told, return_counts=True)
        return dict(zip(names.tolist(), (counts / len(told)).tolist(), strict=True))

    return count


def test_half_copies_are_half_exact_copies_and_half_new(shares: Any) -> None:
    def half(roles: Any, rng: Any) -> Images:
        return np.asarray(rng.permutation(np.concatenate([roles["fresh"][:50], roles["train"][:50]])))

    assert shares(half, NearestNeighbour()) == {"exact copy": 0.5, "new": 0.5}


def test_real_images_are_new(shares: Any) -> None:
    assert shares(lambda roles, rng: roles["fresh"], NearestNeighbour(), Disguised()).get("new", 0) >= 0.95


def test_smote_blends(shares: Any) -> None:
    """It blends two images: not copies, whether or not they are looked for in disguise."""
    for metrics in ([NearestNeighbour()], [NearestNeighbour(), Disguised()]):
        found = shares(made_by(Smote()), *metrics)
        assert found["blended of two"] > 0.95
        assert found.get("new", 0) == 0


def test_changed_copies_are_near_and_moved_ones_are_moved_if_the_metric_ran(shares: Any) -> None:
    def dimmed(roles: Any, rng: Any) -> Images:
        return np.asarray(roles["train"][:100] * np.float32(0.9))

    assert shares(dimmed, NearestNeighbour()).get("near copy", 0) == 1
    moved = made_by(Affine())
    assert shares(moved, NearestNeighbour()).get("new", 0) > 0.8
    assert shares(moved, NearestNeighbour(), Disguised()).get("moved", 0) > 0.6
