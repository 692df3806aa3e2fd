"""Utility gain: the training set by hand, who is skipped, and digits that help, add nothing or hurt."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from benchmark.api import Task
from benchmark.evidence.evidence import CellEvidence
from benchmark.images.roles import Sizes
from metrics import utility_gain as module
from metrics._minority import training_set
from metrics.utility_gain import UtilityGain

SIZES = Sizes(train=50, held_out=100)
TASK = Task("mnist", 5, "5", 50, 100, (28, 28, 1), 10, 0)


def points(values: Any) -> Any:
    return np.asarray(values, dtype=np.float32).reshape(-1, 1, 1, 1)


@pytest.fixture(scope="module")
def augmented(mnist: Any, mnist_space: Any) -> Any:
    """Return what makes evidence of digit 5 with 50 training images, and of 3,000 test images."""
    others = {role: {c: mnist.roles(c, 0, SIZES)[role] for c in range(10) if c != 5} for role in ("held_out", "train")}

    def make(images: Any) -> CellEvidence:
        roles = mnist.roles(5, 0, SIZES)
        return CellEvidence(
            TASK,
            images(roles).astype(np.float32),
            roles["train"],
            roles["held_out"],
            mnist.test[:3000],
            mnist.test_labels[:3000],
            others["held_out"],
            mnist_space,
            None,
            others["train"],
        )

    return make


def test_the_training_set_by_hand(plane: Any) -> None:
    """Two training images: four synthetic ones of five are added, and six real ones of each other class."""
    evidence = plane([[1], [2], [3], [4], [5]], [[0]] * 5, [[10], [11]])
    evidence.others, evidence.others_train = {7: points(range(20, 25))}, {7: points(range(30, 32))}
    features, labels, real = training_set(evidence, evidence.features("synthetic")[:4])
    assert features.ravel().tolist() == [10, 11, 1, 2, 3, 4, 20, 21, 22, 23, 30, 31]
    assert labels.tolist() == [0] * 6 + [7] * 6
    assert real.tolist() == [True] * 2 + [False] * 4 + [True] * 6


def test_no_test_image_is_trained_on(plane: Any) -> None:
    """Where copies are searched for in all real images, test images are among the training images."""
    evidence = plane([[1], [2], [3], [4]], [[0]] * 5, [[10], [11], [12]])
    evidence.in_train = {"test": np.array([-1, 2])}
    evidence.others, evidence.others_train = {7: points(range(20, 25))}, {7: points(range(30, 32))}
    features, labels, _ = training_set(evidence, evidence.features("synthetic"))
    assert features.ravel().tolist() == [10, 11, 1, 2, 3, 4, 20, 21, 22, 23, 30, 31]
    assert labels.tolist() == [0] * 6 + [7] * 6


def test_f1_is_of_the_class_against_the_rest(plane: Any, score: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    evidence = plane([[0]] * 4, [[0]] * 4, [[0]] * 2)
    evidence.test, evidence.test_labels = points(range(8)), np.array([0, 0, 0, 1, 1, 2, 2, 2])
    evidence.others = {c: points([c] * 4) for c in (1, 2)}
    evidence.others_train = evidence.others
    answers = np.array([0, 0, 1, 0, 1, 1, 1, 2])  # tp 2, fn 1, fp 1; what others confuse is tn
    monkeypatch.setattr(module, "fit_and_predict", lambda *_: answers)
    assert score(UtilityGain(), evidence).value("utility_gain") == pytest.approx(4 / 6)
    monkeypatch.setattr(module, "fit_and_predict", lambda *_: np.ones(8))
    assert score(UtilityGain(), evidence).value("utility_gain") == 0
    evidence.test_labels = np.ones(8, dtype=np.int64)
    assert "no images of the class" in score(UtilityGain(), evidence)["utility_gain"].reason


def test_real_images_help_twins_add_nothing_and_others_hurt(augmented: Any, score: Any, mnist: Any) -> None:
    def value(images: Any) -> float:
        return float(score(UtilityGain(), augmented(images)).value("utility_gain"))

    real, twins = value(lambda r: r["fresh"]), value(lambda r: np.repeat(r["train"], 2, axis=0))
    wrong = value(lambda r: mnist.roles(3, 0, SIZES)["fresh"])
    assert real > twins + 0.03
    assert (wrong - twins) / (real - twins) < -1
    # the copies are no more than a weight: in another order they are the same training set
    assert value(lambda r: np.concatenate([r["train"], r["train"][::-1]])) == pytest.approx(twins, abs=0.002)


def test_it_is_skipped_where_nothing_can_be_gained() -> None:
    metric = UtilityGain()
    assert metric.skip(TASK) is None
    assert metric.skip(replace(TASK, n_real=200, n_synthetic=400)) is None
    assert "not scarce" in str(metric.skip(replace(TASK, n_real=201, n_synthetic=402)))
    assert "needs 100 synthetic" in str(metric.skip(replace(TASK, n_synthetic=99)))
    assert "needs at least 2 classes; the dataset has only one" in str(metric.skip(replace(TASK, n_classes=1)))
    assert [metric.due(c) == () for c in (None, "real", "copy", "wrong-class", "noise")] == [False] * 4 + [True]
