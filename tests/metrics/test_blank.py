"""Blank: constant images are counted, whatever their brightness; noise and real images are not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from benchmark.api import Context, Images
from benchmark.images.real import RealData
from metrics.blank import Blank


def share(plane: Any, synthetic: Images, held_out: Images) -> Any:
    ctx = Context(np.random.default_rng(0))
    scores = Blank().score(replace(plane([[0]], [[0]]), synthetic=synthetic, held_out=held_out), ctx)
    return scores["blank_share"], ctx


@pytest.mark.parametrize("channels", [1, 3])
def test_blank_images_are_counted_whatever_their_brightness(plane: Any, mnist: RealData, channels: int) -> None:
    real = np.repeat(np.asarray(mnist.test[:60]), channels, axis=3)
    made = real[:30].copy()
    rng = np.random.default_rng(0)
    made[0], made[1], made[2] = 0.0, 1.0, np.clip(rng.normal(0.5, 0.01, made[2].shape), 0, 1)
    made[3] = rng.random(made[3].shape)
    score, ctx = share(plane, made, real)
    assert score.value == pytest.approx(3 / 30)
    assert ctx.columns["blank"].tolist() == [True] * 3 + [False] * 27


def test_without_contrast_in_real_images_nothing_is_judged(plane: Any) -> None:
    score, _ = share(plane, np.zeros((20, 8, 8, 1), np.float32), np.ones((20, 8, 8, 1), np.float32))
    assert (score.value, score.reason) == (None, "the held-out images are blank")
