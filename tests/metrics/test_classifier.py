"""Classifier metric: an absent class is 0, real images are near 1, and controls get what is due."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.svm import SVC

from metrics._classifier import f1, fit_and_predict
from metrics.classifier import Classifier, _precision, _recall


def test_rules_by_hand() -> None:
    counts = np.array([[3, 1, 2, 4], [0, 0, 5, 5]])  # tp, fp, fn, tn
    assert f1(counts).tolist() == [6 / 9, 0]
    assert _recall(counts).tolist() == [3 / 5, 0]
    assert _precision(counts).tolist() == [3 / 4, 0]


@pytest.mark.parametrize("classes", [(3, 5), (0, 3, 5, 8)])
def test_predictions_are_those_of_scikit_learn(mnist: Any, classes: tuple[int, ...]) -> None:
    chosen = np.isin(mnist.test_labels, classes)
    images, labels = mnist.test[chosen].reshape(chosen.sum(), -1)[:, 300:450], mnist.test_labels[chosen]
    machine = SVC(C=10.0, gamma="scale").fit(images[:150], labels[:150])
    said = fit_and_predict(images[:150], labels[:150], images[150:], labels[:150] > 0)
    assert (said == machine.predict(images[150:])).all()
    assert set(said) == set(classes)


@pytest.mark.parametrize("label", [3, 5])
def test_real_images_are_useful_and_others_are_not(digit: Any, score: Any, label: int) -> None:
    fresh = score(Classifier(), digit(label, lambda r, g: r["fresh"]))
    assert fresh.value("tstr") > 0.85
    assert fresh.value("class_accuracy") > 0.85
    f1, recall, precision = (fresh.value(name) for name in ("tstr", "tstr_recall", "tstr_precision"))
    assert f1 == pytest.approx(2 * recall * precision / (recall + precision))
    blank = score(Classifier(), digit(label, np.zeros((100, 28, 28, 1))))  # the class is absent
    assert [blank.value(name) for name in ("tstr", "tstr_recall", "tstr_precision")] == [0, 0, 0]


def test_a_wrong_class_is_not_recognised(digit: Any, score: Any, mnist: Any) -> None:
    wrong = score(Classifier(), digit(3, mnist.test[mnist.test_labels == 8][:100]))
    assert wrong.value("class_accuracy") < 0.1
    assert wrong.value("tstr") < 0.6


def test_controls_get_what_is_due(digit: Any, score: Any) -> None:
    assert list(score(Classifier(), digit(5, np.zeros((100, 28, 28, 1)), "noise"))) == ["class_accuracy"]
    assert "tstr" in score(Classifier(), digit(5, lambda r, g: r["fresh"], "real"))


def test_pixels_are_reduced_first(digit: Any, score: Any) -> None:
    from benchmark.evidence.reference import FeatureSpace
    from benchmark.features.pixels import Pixels

    evidence = digit(5, lambda r, g: r["fresh"])
    evidence.feature_space = FeatureSpace("pixels", "none", Pixels(), None)
    evidence.classify = lambda role: np.full(100, 5)
    assert score(Classifier(), evidence).value("tstr") > 0.85


def test_one_class_has_nothing_to_be_told_from(plane: Any, score: Any) -> None:
    evidence = plane(np.zeros((20, 4)), np.zeros((20, 4)))
    evidence.classify = lambda role: np.zeros(20, dtype=np.int64)
    scores = score(Classifier(), evidence)
    assert scores.value("class_accuracy") == 1
    assert "needs at least 2 classes; the dataset has only one" in scores["tstr"].reason
