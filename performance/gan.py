"""A training step of `gan`, compared with the usual notebook loop and with its matrix products alone.

    python performance/gan.py               5 rounds of 20 steps of each: 5 minutes
    python performance/gan.py --quick       5 steps

The loop uses Keras: `predict` for the fakes, `train_on_batch` of D on real images and on fakes, with its accuracy, and
of G through D, with the same layers, batch norm, dropout, optimiser and batch. The lower limit is the time that the
matrix products of a step take in TensorFlow, forward and backward, without anything else. Times are in milliseconds of
CPU time per step, on one thread.

Three networks are measured: the defaults of `gan`; those of `preset=paper`, with a single pass through G for both
updates, as in the default; and `preset=paper` unchanged, with fresh noise for G, as notebooks do it. The last has no
target for the ratio to the loop. If the loop takes less than four times the products, which no training can avoid, 3.5
leaves a seventh of a step for Adam, which reads and writes 2 million weights three times.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
from _measure import Claim, in_turn, main

os.environ.update(TF_NUM_INTRAOP_THREADS="1", TF_NUM_INTEROP_THREADS="1", TF_CPP_MIN_LOG_LEVEL="3")

from generators._gan_training import BETA1, Recipe, Training
from generators.gan import PRESETS

BATCH, PIXELS = 128, 784
RECIPES = {  # with the target for the ratio to the loop
    "gan": (PRESETS["tuned"], 3.5),
    "gan[preset=paper,shared_noise=true]": (replace(PRESETS["paper"], shared_noise=True), 3.5),
    "gan[preset=paper]": (PRESETS["paper"], None),
}


def widths(recipe: Recipe) -> tuple[list[int], list[int]]:
    """Return the layers of G and of D, from input to output."""
    return [recipe.latent, *recipe.g_widths, PIXELS], [PIXELS, *recipe.d_widths, 1]


def ours(recipe: Recipe, real: Any, steps: int) -> Callable[[], Any]:
    """Return a function that does `steps` steps of our compiled loop."""
    training = Training(recipe, real, np.empty((len(real), 0), np.float32), BATCH, np.random.default_rng(0))
    done = 0

    def job() -> None:
        nonlocal done
        losses = training.run(done, done + steps)
        done += steps
        assert np.isfinite(losses).all()  # noqa: S101

    return job


def notebook(recipe: Recipe, real: Any, steps: int) -> Callable[[], Any]:
    """Return a function that does `steps` steps as notebooks do."""
    import keras
    from keras import layers

    def net(sizes: list[int], *, norm: bool, dropout: float) -> Any:
        model = keras.Sequential([keras.Input((sizes[0],))])
        for width in sizes[1:-1]:
            model.add(layers.Dense(width))
            if norm:
                model.add(layers.BatchNormalization())
            model.add(layers.LeakyReLU(negative_slope=0.2))
            if dropout:
                model.add(layers.Dropout(dropout))
        model.add(layers.Dense(sizes[-1], activation="sigmoid"))
        return model

    of_g, of_d = widths(recipe)
    g, d = net(of_g, norm=True, dropout=0), net(of_d, norm=False, dropout=recipe.dropout)
    d.trainable = False
    both = keras.Sequential([g, d])
    both.compile(keras.optimizers.Adam(recipe.lr, BETA1), "binary_crossentropy")
    d.trainable = True
    d.compile(keras.optimizers.Adam(recipe.lr, BETA1), "binary_crossentropy", metrics=["accuracy"])
    rng, ones, zeros = np.random.default_rng(0), np.ones((BATCH, 1)), np.zeros((BATCH, 1))
    labels = recipe.real_label * ones

    def job() -> None:
        for _ in range(steps):
            fakes = g.predict(rng.standard_normal((BATCH, recipe.latent), dtype=np.float32), verbose=0)
            d.train_on_batch(real[rng.integers(len(real), size=BATCH)], labels)
            d.train_on_batch(fakes, zeros)
            both.train_on_batch(rng.standard_normal((BATCH, recipe.latent), dtype=np.float32), ones)

    return job


def products(recipe: Recipe) -> list[tuple[int, int, int]]:
    """Return the products (rows, inner, columns) of a step, forward and backward: G, D on both halves, D on fakes.

    Without shared noise, G runs forward twice.
    """
    of_g, of_d = widths(recipe)
    found = []
    for depth, (i, o) in enumerate(pairwise(of_g)):
        found += [(BATCH, i, o)] * (1 if recipe.shared_noise else 2)
        found += [(i, BATCH, o)] + [(BATCH, o, i)] * (depth > 0)
    for depth, (i, o) in enumerate(pairwise(of_d)):
        found += [(2 * BATCH, i, o), (i, 2 * BATCH, o)] + [(2 * BATCH, o, i)] * (depth > 0)
        found += [(BATCH, i, o), (BATCH, o, i)]
    return found


def limit(recipe: Recipe, steps: int) -> Callable[[], Any]:
    """Return a function that does only the products of `steps` steps."""
    import tensorflow as tf

    rng = np.random.default_rng(0)
    pairs = [
        (tf.Variable(rng.random((a, b), dtype=np.float32)), tf.Variable(rng.random((b, c), dtype=np.float32)))
        for a, b, c in products(recipe)
    ]

    @tf.function
    def work() -> Any:
        total = tf.constant(0.0)
        for _ in tf.range(steps):
            total += tf.add_n([(one @ other)[0, 0] for one, other in pairs])
        return total

    return lambda: work().numpy()


def measure(options: argparse.Namespace) -> Iterator[Claim]:
    """Yield our step compared with both, for each of the networks."""
    steps, rounds = (5, 1) if options.quick else (20, 5)
    real = np.random.default_rng(0).random((1000, PIXELS), dtype=np.float32)
    for name, (recipe, times) in RECIPES.items():
        jobs = {
            "ours": ours(recipe, real, steps),
            "notebook": notebook(recipe, real, steps),
            "limit": limit(recipe, steps),
        }
        found = in_turn(jobs, options.rounds or rounds)
        spent = {who: [1000 * s / steps for s in seconds] for who, seconds in found.items()}
        note = f"{2 * sum(a * b * c for a, b, c in products(recipe)) / 1e9:.2f} GFLOP per step"
        claim = f"a training step of {name}"
        yield Claim(claim, spent["ours"], "ms", times, peer="train_on_batch", peers=spent["notebook"], note=note)
        yield Claim(claim, spent["ours"], "ms", 0.7, peer="its matrix products", peers=spent["limit"], note=note)


if __name__ == "__main__":
    sys.exit(main(measure, __doc__))
