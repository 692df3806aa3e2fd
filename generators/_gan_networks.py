"""The networks of `gan` and `cgan`: multilayer perceptrons, in TensorFlow during training, in numpy afterwards."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from typing import TypeAlias

    from benchmark.api import Array

    Tensor: TypeAlias = Any  # tensorflow.Tensor, whose package has no types

LEAK = 0.2  # slope of the leaky ReLU below 0
EPSILON = 1e-5  # added to a variance before taking its square root


@dataclass(frozen=True)
class Dense:
    """A dense layer: weights (inputs, outputs), bias (outputs,), and with batch norm its gain (outputs,)."""

    weights: Any
    bias: Any
    gain: Any = None

    @property
    def arrays(self) -> list[Any]:
        """The trainable arrays."""
        return [self.weights, self.bias] + ([] if self.gain is None else [self.gain])

    def map(self, function: Callable[[Any], Any]) -> Dense:
        """Return a layer with `function` applied to each array."""
        return Dense(*(function(array) for array in self.arrays))


def dense(widths: Sequence[int], rng: np.random.Generator, *, batch_norm: bool, codes: int = 0) -> list[Dense]:
    """Return untrained layers of TensorFlow variables, initialised as in Glorot and Bengio 2010.

    batch_norm: use it in all layers but the last. codes: length of the class code, which each layer takes in addition
    to the output of the layer before it.
    """
    import tensorflow as tf

    layers = []
    for depth, (inputs, outputs) in enumerate(pairwise(widths)):
        limit = np.sqrt(6 / (inputs + codes + outputs))
        hidden = depth < len(widths) - 2
        gain = np.ones(outputs) if batch_norm and hidden else None
        fresh = Dense(rng.uniform(-limit, limit, (inputs + codes, outputs)), np.zeros(outputs), gain)
        layers.append(fresh.map(lambda array: tf.Variable(array, dtype=tf.float32)))
    return layers


def generate(layers: list[Dense], noise: Tensor, codes: Tensor) -> Tensor:
    """Return images (n, pixels) in [0, 1] that G makes from `noise` (n, latent), with the batch statistics of `noise`.

    codes: codes (n, k) of the wanted class; k is 0 if there is only one class.
    """
    import tensorflow as tf

    hidden = noise
    for layer in layers[:-1]:
        hidden = _beside(hidden, codes) @ layer.weights
        if layer.gain is not None:
            centred = hidden - tf.reduce_mean(hidden, 0)
            hidden = centred * (layer.gain * tf.math.rsqrt(tf.reduce_mean(centred**2, 0) + EPSILON))
        hidden = tf.nn.leaky_relu(hidden + layer.bias, LEAK)
    return tf.sigmoid(_beside(hidden, codes) @ layers[-1].weights + layers[-1].bias)


def discriminate(layers: list[Dense], images: Tensor, codes: Tensor, drop: Callable[[Tensor, int], Tensor]) -> Tensor:
    """Return the logits of D (n, 1) for `images` (n, pixels), given the codes (n, k) of their classes.

    drop: called with the output of each hidden layer and its index.
    """
    import tensorflow as tf

    hidden = images
    for depth, layer in enumerate(layers[:-1]):
        hidden = _beside(hidden, codes) @ layer.weights + layer.bias
        hidden = drop(tf.nn.leaky_relu(hidden, LEAK), depth)
    return _beside(hidden, codes) @ layers[-1].weights + layers[-1].bias


def _beside(hidden: Tensor, codes: Tensor) -> Tensor:
    """Return `hidden` with `codes` appended; without codes, return `hidden` itself, not a copy."""
    import tensorflow as tf

    return tf.concat([hidden, codes], 1) if codes.shape[1] else hidden


class Sampler:
    """A trained G in numpy, its batch norm folded into the weights: an image depends only on its own noise."""

    def __init__(self, layers: list[Dense], noise: Array, codes: Array) -> None:
        """Take trained `layers` of arrays; `noise` and `codes` (n, ...) give the batch-norm statistics."""
        self.layers: list[tuple[Array, Array]] = []
        for layer in layers:
            weights, bias = layer.weights, layer.bias
            inputs = np.concatenate([noise, codes], axis=1)
            if layer.gain is not None:
                hidden = inputs @ weights
                gain = layer.gain / np.sqrt(hidden.var(axis=0) + EPSILON)
                weights, bias = weights * gain, bias - hidden.mean(axis=0) * gain
            self.layers.append((weights, bias))
            noise = _leaky_relu(inputs @ weights + bias)

    def __call__(self, noise: Array, codes: Array) -> Array:
        """Return images (n, pixels) in [0, 1] of the classes `codes` (n, k)."""
        hidden = noise
        for weights, bias in self.layers[:-1]:
            hidden = _leaky_relu(np.concatenate([hidden, codes], axis=1) @ weights + bias)
        weights, bias = self.layers[-1]
        logits = np.concatenate([hidden, codes], axis=1) @ weights + bias
        return np.asarray(0.5 + 0.5 * np.tanh(0.5 * logits))  # a sigmoid that cannot overflow


def _leaky_relu(values: Array) -> Array:
    return np.maximum(values, np.float32(LEAK) * values)
