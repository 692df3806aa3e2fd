"""Candidates with known faults: digits 3 and 5, 100 images, one seed; all sizes are in performance/acceptance.py."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from metrics.classifier import Classifier
from metrics.diversity import Diversity
from metrics.mixing import Mixing
from metrics.nearest_neighbour import NearestNeighbour
from metrics.prdc import Prdc
from metrics.strokes import Strokes

METRICS = (Mixing(), Prdc(), Diversity(), NearestNeighbour(), Classifier(), Strokes())


def candidates(roles: Any, wrong: Any) -> dict[str, Any]:
    """Return 100 images with each fault."""
    rng = np.random.default_rng(0)
    train, fresh = roles["train"], roles["fresh"]
    flat = train.reshape(len(train), -1)
    mean, shape = train.mean(axis=0), fresh.shape
    noise = np.clip(mean + train.std(axis=0) * rng.normal(size=shape), 0, 1)
    _, scale, axes = np.linalg.svd(flat - flat.mean(axis=0), full_matrices=False)
    codes = rng.normal(size=(100, 50)) * scale[:50] / np.sqrt(len(train))
    order = rng.permutation(100)
    return {
        "fresh": fresh,
        "copies": train[:100],
        "half copies": np.concatenate([fresh[:50], train[:50]])[order],
        "half noise": np.concatenate([fresh[:50], noise[:50]])[order],
        "pca-gauss": np.clip(mean + (codes @ axes[:50]).reshape(shape), 0, 1),
        "wrong": wrong,
        "noise": noise,
        "mean": np.clip(mean + rng.normal(0, 0.02, shape), 0, 1),
        "repeat": np.clip(train[:1] + rng.normal(0, 0.02, shape), 0, 1),
    }


@pytest.fixture(scope="module", params=[3, 5])
def found(request: pytest.FixtureRequest, mnist: Any, digit: Any) -> Mapping[str, Mapping[str, float]]:
    """Score all candidates by all measures."""
    from benchmark.images.roles import Sizes

    label, sizes = request.param, Sizes(train=200, held_out=100)
    wrong = mnist.roles({3: 8, 5: 3}[label], 0, sizes)["fresh"]
    values: dict[str, dict[str, float]] = {}
    for name, images in candidates(mnist.roles(label, 0, sizes), wrong).items():
        evidence = digit(label, images)
        values[name] = {}
        for metric in METRICS:
            from benchmark.api import Context

            scores = metric.score(evidence, Context(np.random.default_rng(0)))
            values[name] |= {measure: s.value for measure, s in scores.items()}
    return values


def test_real_images_pass_everything(found: Any) -> None:
    fresh = found["fresh"]
    assert fresh["mixing"] > 0.88
    assert min(fresh["recall"], fresh["coverage"], fresh["diversity"]) > 0.85
    assert fresh["copy_share"] == fresh["duplicate_share"] == 0
    assert abs(fresh["two_sample_1nn"] - 0.5) < 0.15
    assert 0.9 < fresh["dcr_median"] < 1.1


def test_noise_fails_realism_and_precision_does_not_see_it(found: Any) -> None:
    assert found["noise"]["mixing"] < 0.02
    assert found["noise"]["stroke_plausibility"] < 0.1
    assert found["noise"]["two_sample_1nn"] > 0.95
    assert found["mean"]["precision"] > 0.95  # why precision is no part of an aspect
    order = [found[name]["mixing"] for name in ("fresh", "half noise", "pca-gauss", "noise")]
    assert order == sorted(order, reverse=True)


def test_realism_and_variety_cannot_see_copies_but_originality_does(found: Any) -> None:
    for name in ("mixing", "recall", "coverage"):
        assert found["copies"][name] > 0.85
    assert found["copies"]["copy_share"] == 1
    assert found["half copies"]["copy_share"] == 0.5
    assert found["copies"]["dcr_median"] == 0


@pytest.mark.parametrize("name", ["repeat", "mean"])
def test_collapse_fails_variety(found: Any, name: str) -> None:
    assert found[name]["recall"] == 0
    assert found[name]["diversity"] < 0.05
    assert found[name]["duplicate_share"] == 1
    assert found[name]["tstr"] < 0.05


def test_the_wrong_digit_is_not_recognised(found: Any) -> None:
    assert found["wrong"]["class_accuracy"] < 0.1
    assert found["wrong"]["mixing"] < 0.4
    assert found["wrong"]["stroke_plausibility"] > 0.7  # why strokes never stand alone
