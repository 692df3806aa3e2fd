"""The conditional GAN: the class that is asked for is the class that is made."""

from __future__ import annotations

import numpy as np
import pytest

from generators.cgan import Cgan

pytestmark = pytest.mark.tensorflow

SMALL = {"g_widths": (32, 32), "d_widths": (32, 32), "latent": 8, "batch": 32}


def patterns(n):
    """Diagonal strokes of two directions and an empty middle class, 6 x 6, with a little noise; labels 2, 4, 7."""
    kinds = np.stack([np.eye(6), np.zeros((6, 6)), np.eye(6)[::-1]])[..., None]
    rng = np.random.default_rng(0)
    which = rng.integers(3, size=n)
    real = np.clip(kinds[which] + rng.normal(0, 0.05, (n, 6, 6, 1)), 0, 1).astype(np.float32)
    return real, np.array([2, 4, 7])[which], dict(zip((2, 4, 7), kinds, strict=True))


def test_each_class_is_made_when_it_is_asked_for(context):
    real, labels, kinds = patterns(300)
    gan, ctx = Cgan(steps=400, **SMALL), context()
    gan.fit(real, labels, ctx)
    for label in (2, 4, 7):
        made = gan.sample(50, label, context())
        away = {other: np.abs(made - kind).mean(axis=(1, 2, 3)) for other, kind in kinds.items()}
        assert np.mean(away[label] < 0.15) > 0.8, label
    assert set(ctx.class_snapshots) == {2, 4, 7}
    assert [step for step, _ in ctx.class_snapshots[4]] == [1, 300, 400]
    assert set(ctx.curves) == {"D", "G"}


def test_it_starts_from_the_mean_of_each_class(context):
    real, labels, _ = patterns(300)
    gan = Cgan(steps=1, lr=1e-6, **SMALL)
    gan.fit(real, labels, context())
    for label in (2, 7):
        made, mean = gan.sample(50, label, context()).mean(axis=0), real[labels == label].mean(axis=0)
        other = real[labels == 9 - label].mean(axis=0)
        assert np.abs(made - mean).mean() < 0.5 * np.abs(made - other).mean()


def test_the_finish_is_the_classs_own(context):
    real, labels, _ = patterns(200)
    gan = Cgan(steps=50, finish="tone", **SMALL)
    gan.fit(real, labels, context())
    dark, bright = (gan.sample(400, label, context()) for label in (4, 2))
    assert np.quantile(dark, 0.99) < 0.25
    assert np.quantile(bright, 0.95) > 0.8
