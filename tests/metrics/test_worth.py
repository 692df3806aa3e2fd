"""Worth in real images: real ones are worth themselves, copies nothing, and other classes hurt."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from benchmark.api import Task
from benchmark.evidence.evidence import CellEvidence
from benchmark.images.roles import Sizes
from metrics.worth import Worth

SIZES = Sizes(train=20, held_out=100)
TASK = Task("mnist", 5, "5", 20, 100, (28, 28, 1), 10, 0)


@pytest.fixture(scope="module")
def judged(mnist: Any, mnist_space: Any) -> Any:
    """Return what judges images that are added to 20 fives."""
    others = {role: {c: mnist.roles(c, 0, SIZES)[role] for c in range(10) if c != 5} for role in ("held_out", "train")}

    def judge(images: Any, score: Any) -> Any:
        roles = mnist.roles(5, 0, SIZES)
        evidence = CellEvidence(
            TASK,
            images(roles).astype(np.float32),
            roles["train"],
            roles["held_out"],
            mnist.test[:2000],
            mnist.test_labels[:2000],
            others["held_out"],
            mnist_space,
            None,
            others["train"],
        )
        return score(Worth(), evidence)["worth_in_real_images"]

    return judge


def test_real_images_are_worth_themselves_and_half_of_them_less(judged: Any, score: Any) -> None:
    whole = judged(lambda r: r["fresh"], score)
    some = judged(lambda r: np.concatenate([r["fresh"][:8], np.resize(r["train"], (32, 28, 28, 1))]), score)
    assert whole.value > 20  # of 40: one draw of images, on 2,000 test images
    assert 0 < some.value < whole.value


def test_copies_are_worth_nothing_and_another_class_hurts(judged: Any, score: Any, mnist: Any) -> None:
    twins = judged(lambda r: np.repeat(r["train"], 2, axis=0), score)
    wrong = judged(lambda _: mnist.roles(3, 0, SIZES)["fresh"], score)
    assert twins.value < 8
    assert wrong.value == 0 and "hurt" in wrong.note


def test_it_is_skipped_like_the_utility_gain() -> None:
    assert "not scarce" in str(Worth().skip(Task("mnist", 5, "5", 201, 402, (28, 28, 1), 10, 0)))
    assert [Worth.due(c) == () for c in (None, "real", "copy", "noise")] == [False, False, False, True]
