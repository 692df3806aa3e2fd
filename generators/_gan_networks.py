"""The two networks of `gan`: multilayer perceptrons, in TensorFlow while they learn and in numpy afterwards."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from typing import TypeAlias

    from benchmark.api import Array

    Tensor: TypeAlias = Any     # tensorflow.Tensor, whose package has no types

LEAK = 0.2                      # slope of the leaky ReLU below 0
EPSILON = 1e-5                  # added to a variance before its root is taken


@dataclass(frozen=True)
class Dense:
    """A dense layer: weights (inputs, outputs), bias (outputs,), and with batch norm its gain (outputs,)."""

    weights: Any
    bias: Any
    gain: Any = None

    @property
    def arrays(self) -> list[Any]:
        """What is learnt."""
        return [self.weights, self.bias] + ([] if self.gain is None else [self.gain])

    def map(self, function: Callable[[Any], Any]) -> Dense:
        """Return a layer of what `function` makes of each array."""
        return Dense(*(function(array) for array in self.arrays))


def dense(widths: Sequence[int], rng: np.random.Generator, *, batch_norm: bool) -> list[Dense]:
    """Return fresh layers of TensorFlow variables (Glorot and Bengio 2010), with batch norm in all but the last."""
    import tensorflow as tf

    layers = []
    for depth, (inputs, outputs) in enumerate(pairwise(widths)):
        limit = np.sqrt(6 / (inputs + outputs))
        hidden = depth < len(widths) - 2
        gain = np.ones(outputs) if batch_norm and hidden else None
        fresh = Dense(rng.uniform(-limit, limit, (inputs, outputs)), np.zeros(outputs), gain)
        layers.append(fresh.map(lambda array: tf.Variable(array, dtype=tf.float32)))
    return layers


def generate(layers: list[Dense], noise: Tensor) -> Tensor:
    """Return what G makes of `noise` (n, latent), in [0, 1] (n, pixels), normalised by this batch's own statistics."""
    import tensorflow as tf

    hidden = noise
    for layer in layers[:-1]:
        hidden = hidden @ layer.weights
        if layer.gain is not None:
            centred = hidden - tf.reduce_mean(hidden, 0)
            hidden = centred * (layer.gain * tf.math.rsqrt(tf.reduce_mean(centred**2, 0) + EPSILON))
        hidden = tf.nn.leaky_relu(hidden + layer.bias, LEAK)
    return tf.sigmoid(hidden @ layers[-1].weights + layers[-1].bias)


def discriminate(layers: list[Dense], images: Tensor, drop: Callable[[Tensor, int], Tensor]) -> Tensor:
    """Return the logits of D (n, 1) for `images` (n, pixels); `drop` is given each hidden layer and its number."""
    import tensorflow as tf

    hidden = images
    for depth, layer in enumerate(layers[:-1]):
        hidden = drop(tf.nn.leaky_relu(hidden @ layer.weights + layer.bias, LEAK), depth)
    return hidden @ layers[-1].weights + layers[-1].bias


class Sampler:
    """G ready for use, in numpy, its batch norm folded into the weights: an image depends on its own noise only."""

    def __init__(self, layers: list[Dense], noise: Array) -> None:
        """Take trained `layers` of arrays; the statistics of batch norm are those of `noise` (n, latent)."""
        self.layers: list[tuple[Array, Array]] = []
        for layer in layers:
            weights, bias = layer.weights, layer.bias
            if layer.gain is not None:
                hidden = noise @ weights
                gain = layer.gain / np.sqrt(hidden.var(axis=0) + EPSILON)
                weights, bias = weights * gain, bias - hidden.mean(axis=0) * gain
            self.layers.append((weights, bias))
            noise = _leaky_relu(noise @ weights + bias)

    def __call__(self, noise: Array) -> Array:
        """Return images (n, pixels) in [0, 1]."""
        hidden = noise
        for weights, bias in self.layers[:-1]:
            hidden = _leaky_relu(hidden @ weights + bias)
        weights, bias = self.layers[-1]
        return np.asarray(0.5 + 0.5 * np.tanh(0.5 * (hidden @ weights + bias)))    # a sigmoid that cannot overflow


def _leaky_relu(values: Array) -> Array:
    return np.maximum(values, np.float32(LEAK) * values)
