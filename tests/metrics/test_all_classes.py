"""All classes at once: who trains and who tests, on points and on digits."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from benchmark.api import Context
from benchmark.evidence.evidence import CellsEvidence
from benchmark.evidence.reference import FeatureSpace
from benchmark.features.pixels import Pixels
from benchmark.images.roles import Sizes
from metrics.all_classes import AllClasses


def evidence(synthetic: Any, held_out: Any, test: Any, test_labels: Any, space: Any) -> CellsEvidence:
    labels = tuple(synthetic)
    return CellsEvidence(0, 9, labels, synthetic, held_out, held_out, test, np.asarray(test_labels), space)


def blobs(centres: Any, n: int, seed: int) -> Any:
    rng = np.random.default_rng(seed)
    return {c: rng.normal(at, 0.3, (n, 2)).astype(np.float32).reshape(n, 1, 2, 1) for c, at in centres.items()}


def scores(of: CellsEvidence) -> dict[str, float]:
    found = AllClasses().score(of, Context(np.random.default_rng(0)))
    return {name: score.value for name, score in found.items() if score.value is not None}


def test_synthetic_images_of_swapped_classes_teach_the_wrong_thing() -> None:
    at = {3: (0, 0), 5: (4, 0)}
    real, test = blobs(at, 40, 0), blobs(at, 30, 1)
    both, labels = np.concatenate([test[3], test[5]]), [3] * 30 + [5] * 30
    plane = FeatureSpace("pixels", "none", Pixels(), None)
    good = scores(evidence(blobs(at, 40, 2), real, both, labels, plane))
    assert good == {"tstr_all": 1, "trts": 1, "trtr": 1}
    swapped = scores(evidence(blobs({3: (4, 0), 5: (0, 0)}, 40, 2), real, both, labels, plane))
    assert swapped == {"tstr_all": 0, "trts": 0, "trtr": 1}


def test_images_in_the_middle_of_their_class_are_recognised_but_teach_no_borders() -> None:
    """`trts` likes easy images: why it never stands alone."""
    rng = np.random.default_rng(0)
    wide = {c: rng.uniform(at, at + 2, (60, 1, 2, 1)).astype(np.float32) for c, at in ((3, 0.0), (5, 1.8))}
    easy = {c: rng.normal(at, 0.01, (60, 1, 2, 1)).astype(np.float32) for c, at in ((3, 0.2), (5, 2.4))}
    test = np.concatenate([wide[3], wide[5]])
    found = scores(evidence(easy, wide, test, [3] * 60 + [5] * 60, FeatureSpace("pixels", "none", Pixels(), None)))
    assert found["trts"] == 1
    assert found["tstr_all"] < found["trtr"]


def test_digits(mnist: Any, mnist_space: Any) -> None:
    sizes = Sizes(train=50, held_out=100)
    roles = {c: mnist.roles(c, 0, sizes) for c in (3, 5, 8)}
    held_out = {c: own["held_out"] for c, own in roles.items()}
    chosen = np.isin(mnist.test_labels, list(roles))
    test, labels = mnist.test[chosen][:1000], mnist.test_labels[chosen][:1000]
    fresh = scores(evidence({c: own["fresh"] for c, own in roles.items()}, held_out, test, labels, mnist_space))
    assert fresh["tstr_all"] == pytest.approx(fresh["trtr"], abs=0.04)
    assert min(fresh.values()) > 0.85
    shifted = {3: roles[5]["fresh"], 5: roles[8]["fresh"], 8: roles[3]["fresh"]}
    assert scores(evidence(shifted, held_out, test, labels, mnist_space))["tstr_all"] < 0.1
