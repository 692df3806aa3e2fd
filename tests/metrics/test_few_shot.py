"""Few-shot: useless images cost what they are worth, which `tstr` does not notice."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from metrics.few_shot import FewShot


@pytest.fixture(scope="module")
def world(mnist: Any) -> dict[str, Any]:
    """Digits from the training split that no role of the fixture `digit` uses."""
    rng = np.random.default_rng(1)
    fives, sevens = (mnist.test[mnist.test_labels == c][300:400] for c in (5, 7))
    order = rng.permutation(100)
    return {
        "fresh": fives,
        "blank": np.concatenate([fives[:80], np.zeros_like(fives[:20])])[order],
        "wrong": np.concatenate([fives[:50], sevens[:50]])[order],
        "noise": np.clip(rng.normal(fives.mean(axis=0), fives.std(axis=0), fives.shape), 0, 1),
    }


@pytest.mark.slow("trains 40 classifiers")
def test_a_fifth_of_blank_images_and_half_of_another_class_are_noticed(digit: Any, score: Any, world: Any) -> None:
    raw = {name: score(FewShot(), digit(5, images)).value("few_shot_tstr") for name, images in world.items()}
    found = {name: (value - raw["noise"]) / (raw["fresh"] - raw["noise"]) for name, value in raw.items()}
    assert found["blank"] <= 0.9
    assert found["wrong"] <= 0.5
    assert raw["noise"] < 0.2


def test_one_class_has_nothing_to_be_told_from(plane: Any, score: Any) -> None:
    evidence = plane(np.zeros((40, 4)), np.zeros((40, 4)))
    assert FewShot().skip(evidence.task) == "needs at least 2 classes; the dataset has only one"
    assert score(FewShot(), evidence)["few_shot_tstr"].reason == "the test split has no images of the class"
