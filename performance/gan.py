"""A training step of `gan[preset=paper]` against the loop of notebooks, and against its matrix products alone.

    python performance/gan.py               5 rounds of 20 steps each: 3 minutes
    python performance/gan.py --quick       5 steps

The loop is Keras: `predict` for the fakes, `train_on_batch` of D on real images and on fakes, with its accuracy, and of
G through D; the same layers, batch norm, optimiser and batch. The limit is the time of the products that a step must
do, forwards and backwards, and nothing else, in TensorFlow too. Milliseconds a step, CPU time of one thread.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import numpy as np
from _measure import Claim, in_turn, main

os.environ.update(TF_NUM_INTRAOP_THREADS="1", TF_NUM_INTEROP_THREADS="1", TF_CPP_MIN_LOG_LEVEL="3")

from generators._gan_training import BETA1, Training
from generators.gan import PRESETS

PAPER, BATCH, PIXELS = PRESETS["paper"], 128, 784
G = [PAPER.latent, *PAPER.g_widths, PIXELS]
D = [PIXELS, *PAPER.d_widths, 1]


def ours(real: Any, steps: int) -> Callable[[], Any]:
    """Return what does `steps` of our loop, compiled."""
    training = Training(PAPER, real, np.empty((len(real), 0), np.float32), BATCH, np.random.default_rng(0))
    done = 0

    def job() -> None:
        nonlocal done
        losses = training.run(done, done + steps)
        done += steps
        assert np.isfinite(losses).all()  # noqa: S101

    return job


def notebook(real: Any, steps: int) -> Callable[[], Any]:
    """Return what does `steps` as notebooks do."""
    import keras
    from keras import layers

    def net(widths: list[int], last: str, *, norm: bool) -> Any:
        model = keras.Sequential([keras.Input((widths[0],))])
        for width in widths[1:-1]:
            model.add(layers.Dense(width))
            if norm:
                model.add(layers.BatchNormalization())
            model.add(layers.LeakyReLU(negative_slope=0.2))
        model.add(layers.Dense(widths[-1], activation=last))
        return model

    g, d = net(G, "sigmoid", norm=True), net(D, "sigmoid", norm=False)
    d.trainable = False
    both = keras.Sequential([g, d])
    both.compile(keras.optimizers.Adam(PAPER.lr, BETA1), "binary_crossentropy")
    d.trainable = True
    d.compile(keras.optimizers.Adam(PAPER.lr, BETA1), "binary_crossentropy", metrics=["accuracy"])
    rng, ones, zeros = np.random.default_rng(0), np.ones((BATCH, 1)), np.zeros((BATCH, 1))

    def job() -> None:
        for _ in range(steps):
            fakes = g.predict(rng.standard_normal((BATCH, PAPER.latent), dtype=np.float32), verbose=0)
            d.train_on_batch(real[rng.integers(len(real), size=BATCH)], ones)
            d.train_on_batch(fakes, zeros)
            both.train_on_batch(rng.standard_normal((BATCH, PAPER.latent), dtype=np.float32), ones)

    return job


def products() -> list[tuple[int, int, int]]:
    """Return the products (rows, inner, columns) of a step: G twice and back, D on both halves and back, D on fakes."""
    found = []
    for depth, (i, o) in enumerate(pairwise(G)):
        found += [(BATCH, i, o)] * 2 + [(i, BATCH, o)] + [(BATCH, o, i)] * (depth > 0)
    for depth, (i, o) in enumerate(pairwise(D)):
        found += [(2 * BATCH, i, o), (i, 2 * BATCH, o)] + [(2 * BATCH, o, i)] * (depth > 0)
        found += [(BATCH, i, o), (BATCH, o, i)]
    return found


def limit(steps: int) -> Callable[[], Any]:
    """Return what does the products of `steps`, and nothing else."""
    import tensorflow as tf

    rng = np.random.default_rng(0)
    pairs = [
        (tf.Variable(rng.random((a, b), dtype=np.float32)), tf.Variable(rng.random((b, c), dtype=np.float32)))
        for a, b, c in products()
    ]

    @tf.function
    def work() -> Any:
        total = tf.constant(0.0)
        for _ in tf.range(steps):
            total += tf.add_n([(one @ other)[0, 0] for one, other in pairs])
        return total

    return lambda: work().numpy()


def measure(options: argparse.Namespace) -> Iterator[Claim]:
    """Yield our step against both."""
    steps = 5 if options.quick else 20
    real = np.random.default_rng(0).random((1000, PIXELS), dtype=np.float32)
    jobs = {"ours": ours(real, steps), "notebook": notebook(real, steps), "limit": limit(steps)}
    found = in_turn(jobs, options.rounds or (1 if options.quick else 5))
    spent = {name: [1000 * s / steps for s in seconds] for name, seconds in found.items()}
    flops = 2 * sum(a * b * c for a, b, c in products()) / 1e9
    note = f"{flops:.2f} GFLOP a step"
    yield Claim("GAN, a training step", spent["ours"], "ms", 3.5, peer="train_on_batch", peers=spent["notebook"],
                note=note)
    yield Claim("GAN, a training step", spent["ours"], "ms", 0.7, peer="its matrix products", peers=spent["limit"],
                note=note)


if __name__ == "__main__":
    sys.exit(main(measure, __doc__))
