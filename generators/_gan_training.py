"""Training of `gan` and `cgan`: Algorithm 1 of Goodfellow et al. 2014, as a loop inside one TensorFlow graph."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from generators._gan_networks import Dense, dense, discriminate, generate

if TYPE_CHECKING:
    from benchmark.api import Array
    from generators._gan_networks import Tensor

BETA1, BETA2, ADAM_EPSILON = 0.5, 0.999, 1e-7
BATCH, NOISE, DROPOUT = 0, 4, 8  # seed offsets, by what the random numbers are for; adjacent seeds are independent
USES = 1 << 8  # number of seeds per step


@dataclass(frozen=True)
class Recipe:
    """The hyperparameters of the training."""

    lr: float
    latent: int
    g_widths: tuple[int, ...]
    d_widths: tuple[int, ...]
    real_label: float
    dropout: float
    average: float
    shared_noise: bool
    mean_start: bool
    batch_norm: bool = True


class Adam:
    """Adam (Kingma and Ba 2015) on the arrays of a network."""

    def __init__(self, layers: list[Dense], lr: float) -> None:
        import tensorflow as tf

        self.lr = lr
        self.variables = [variable for layer in layers for variable in layer.arrays]
        self.moments = [(tf.Variable(tf.zeros_like(v)), tf.Variable(tf.zeros_like(v))) for v in self.variables]

    def descend(self, loss: Tensor, tape: Tensor, step: Tensor) -> None:
        """Take one step down the gradient of `loss`; `step` counts from 0."""
        import tensorflow as tf

        t = tf.cast(step + 1, tf.float32)
        gradients = tape.gradient(loss, self.variables)
        for variable, (m, v), gradient in zip(self.variables, self.moments, gradients, strict=True):
            tf.raw_ops.ResourceApplyAdam(  # one pass over the memory; separate operations would take ten
                var=variable.handle,
                m=m.handle,
                v=v.handle,
                grad=gradient,
                lr=self.lr,
                beta1=BETA1,
                beta2=BETA2,
                beta1_power=BETA1**t,
                beta2_power=BETA2**t,
                epsilon=ADAM_EPSILON,
            )


def drop(hidden: Tensor, rate: float, seed: Tensor) -> Tensor:
    """Apply dropout (Srivastava et al. 2014) to `hidden` (n, width): zero a share of units and scale up the others.

    `rate` is rounded to a multiple of 1/256, at most 255/256: one random byte per unit takes a quarter of the time of a
    random float.
    """
    import tensorflow as tf

    n, width = hidden.shape
    zeros = min(round(256 * rate), 255)
    words = tf.random.stateless_uniform((-(-n * width // 4),), seed, None, None, tf.int32, alg="philox")
    drawn = tf.reshape(tf.reshape(tf.bitcast(words, tf.uint8), (-1,))[: n * width], (n, width))
    return hidden * (tf.cast(drawn >= tf.constant(zeros, tf.uint8), hidden.dtype) * (256 / (256 - zeros)))


class Training:
    """A generator G and a discriminator D, trained on `real`, float32 (n, pixels), with class codes (n, k)."""

    def __init__(self, recipe: Recipe, real: Array, codes: Array, batch: int, rng: np.random.Generator) -> None:
        import tensorflow as tf

        self.recipe, self.batch, self.seed, width = recipe, batch, int(rng.integers(2**31)), codes.shape[1]
        self.real, self.codes = tf.constant(real), tf.constant(codes)
        g_widths, d_widths = [recipe.latent, *recipe.g_widths, real.shape[1]], [real.shape[1], *recipe.d_widths, 1]
        self.g = dense(g_widths, rng, batch_norm=recipe.batch_norm, codes=width)
        self.d = dense(d_widths, rng, batch_norm=False, codes=width)
        if recipe.mean_start:
            self._start_from_means(real, codes)
        self.averaged = [layer.map(tf.Variable) for layer in self.g] if recipe.average else self.g
        self.g_adam, self.d_adam = Adam(self.g, recipe.lr), Adam(self.d, recipe.lr)
        self._graph = tf.function(self._steps)

    def _start_from_means(self, real: Array, codes: Array) -> None:
        """Initialise the last layer of G so that it starts from the mean image of each class."""

        def odds(images: Array) -> Array:
            mean = 0.01 + 0.98 * images.mean(axis=0)
            return np.asarray(np.log(mean / (1 - mean)))

        last, overall = self.g[-1], odds(real)
        last.bias.assign(overall)
        for row, of_class in enumerate(codes.T > 0):
            last.weights[self.recipe.g_widths[-1] + row].assign(odds(real[of_class]) - overall)

    def run(self, first: int, last: int) -> Array:
        """Run the steps from `first` to `last` (exclusive) and return the losses of D and G, float32 (steps, 2)."""
        import tensorflow as tf

        return np.asarray(self._graph(tf.constant(first), tf.constant(last)))

    def weights(self) -> list[Dense]:
        """Return the layers of G, averaged over steps, as numpy arrays."""
        return [layer.map(np.asarray) for layer in self.averaged]

    def _steps(self, first: Tensor, last: Tensor) -> Tensor:
        import tensorflow as tf

        losses = tf.TensorArray(tf.float32, last - first)
        for step in tf.range(first, last):  # becomes a loop in the graph, without Python
            losses = losses.write(step - first, self._step(step))
        return losses.stack()

    def _step(self, step: Tensor) -> Tensor:
        """Run one step of Algorithm 1 with k = 1; G ascends log D(G(z)), as advised at the end of section 3."""
        import tensorflow as tf

        truth = tf.repeat([[self.recipe.real_label], [0.0]], self.batch, axis=0)
        images, codes = self._images(step)
        both = tf.concat([codes, codes], 0)
        with tf.GradientTape() as g_tape:
            fake = generate(self.g, self._noise(step, NOISE), codes)
            with tf.GradientTape() as d_tape:
                d_loss = self._loss(tf.concat([images, tf.stop_gradient(fake)], 0), both, truth, step, DROPOUT)
            self.d_adam.descend(d_loss, d_tape, step)
            if not self.recipe.shared_noise:
                fake = generate(self.g, self._noise(step, NOISE + 1), codes)
            g_loss = self._loss(fake, codes, tf.ones((self.batch, 1)), step, 2 * DROPOUT)
        self.g_adam.descend(g_loss, g_tape, step)
        if self.recipe.average:
            self._average()
        return tf.stack([d_loss, g_loss])

    def _loss(self, images: Tensor, codes: Tensor, truth: Tensor, step: Tensor, use: int) -> Tensor:
        """Return the cross-entropy of the outputs of D for `images`."""
        import tensorflow as tf

        def dropped(hidden: Tensor, depth: int) -> Tensor:
            rate = self.recipe.dropout
            return drop(hidden, rate, self._seed(step, use + depth)) if rate else hidden

        logits = discriminate(self.d, images, codes, dropped)
        return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(truth, logits))

    def _average(self) -> None:
        for averaged, layer in zip(self.averaged, self.g, strict=True):
            for mean, now in zip(averaged.arrays, layer.arrays, strict=True):
                mean.assign_sub((1 - self.recipe.average) * (mean - now))

    def _images(self, step: Tensor) -> tuple[Tensor, Tensor]:
        """Return a batch of real images and their codes."""
        import tensorflow as tf

        seed, count = self._seed(step, BATCH), len(self.real)
        picked = tf.random.stateless_uniform((self.batch,), seed, 0, count, tf.int32, alg="philox")
        return tf.gather(self.real, picked), tf.gather(self.codes, picked)

    def _noise(self, step: Tensor, use: int) -> Tensor:
        import tensorflow as tf

        return tf.random.stateless_normal((self.batch, self.recipe.latent), self._seed(step, use), alg="philox")

    def _seed(self, step: Tensor, use: int) -> Tensor:
        """Return the seed for one use of random numbers in one step; it depends on no state or process."""
        return [self.seed, step * USES + use]
