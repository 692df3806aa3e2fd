"""Leaks: images of the test split and held-out images are counted, new ones and copies of training images are not."""

from __future__ import annotations

from typing import Any

import numpy as np

from metrics.leaks import Leaks


def test_test_and_held_out_images_are_leaks(digit: Any, score: Any, mnist: Any) -> None:
    fives = mnist.test[:2000][mnist.test_labels[:2000] == 5]

    def some(roles: Any, rng: Any) -> Any:
        return np.concatenate([fives[:20] * np.float32(0.95), roles["held_out"][:10], roles["fresh"][30:]])

    found = score(Leaks(), digit(5, some))
    assert found.value("leak_share") == 0.3
    assert found.kept["leaked"].tolist() == [True] * 30 + [False] * 70
    own = digit(5, some).held_out
    shown = found.kept["surest"]
    assert (shown >= 20).all() and (shown < 30).all()  # the exact ones, with the images that they are
    assert (found.kept["originals"] == own[shown - 20]).all()
    assert not found.kept["from_test"].any()


def test_pictures_are_kept_of_test_images_too_and_none_without_leaks(digit: Any, score: Any, mnist: Any) -> None:
    fives = mnist.test[:2000][mnist.test_labels[:2000] == 5]
    found = score(Leaks(), digit(5, lambda r, g: np.concatenate([r["fresh"][:50], fives[:3]])))
    assert found.kept["surest"].tolist() == [50, 51, 52]
    assert (found.kept["originals"] == fives[:3]).all() and found.kept["from_test"].all()
    honest = score(Leaks(), digit(5, lambda r, g: r["train"][:100]))
    assert honest.value("leak_share") == 0 and "surest" not in honest.kept


def test_held_out_images_that_may_have_been_trained_on_are_none(digit: Any, score: Any) -> None:
    evidence = digit(5, lambda r, g: r["held_out"])
    evidence.train = np.concatenate([evidence.train, evidence.held_out])
    evidence.in_train = {"held_out": 200 + np.arange(100)}
    assert score(Leaks(), evidence).value("leak_share") == 0
