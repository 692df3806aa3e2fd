"""Conditional GAN: one pair of multilayer perceptrons for all classes, in TensorFlow."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np

from benchmark.api import ConditionalGenerator, Context, Images, Labels, Task, hookimpl
from generators._finish import Finish
from generators._gan_learning import learn
from generators._gan_training import Recipe, Training
from generators._watch import VAL_HELP, collapse, split, too_few

if TYPE_CHECKING:
    from benchmark.api import Array
    from generators._gan_networks import Sampler

BLUR = 0.5  # pixels: blur of the finish
CURVE = 2000  # samples per class to which its tone curve is fitted


@dataclass
class Cgan(ConditionalGenerator):
    """One GAN of two multilayer perceptrons for all chosen classes, conditioned on the class.

    Both networks take a one-hot code of the class as an additional input to every layer. Otherwise it is `gan` with the
    preset `tuned`, but wider and trained longer, since it has several classes to learn.
    """

    name = "cgan"
    label = "Conditional GAN"
    needs = ("tensorflow",)
    extra = "tensorflow"
    cost = "minutes"
    source = "Mirza and Osindero: Conditional generative adversarial nets, arXiv:1411.1784, section 3.2"

    steps: int = field(default=8000, metadata={"min": 1, "max": 10**6, "help": "training steps, one batch each"})
    batch: int = field(default=128, metadata={"min": 2, "help": "images per batch, over all classes; all if fewer"})
    lr: float = field(default=1.2e-3, metadata={"above": 0, "max": 1, "help": "learning rate of Adam"})
    latent: int = field(default=64, metadata={"min": 1, "help": "dimension of the latent vectors"})
    g_widths: tuple[int, ...] = field(
        default=(256, 512), metadata={"min": 1, "help": "widths of the generator's hidden layers"}
    )
    d_widths: tuple[int, ...] = field(
        default=(512, 256), metadata={"min": 1, "help": "widths of the discriminator's hidden layers"}
    )
    dropout: float = field(default=0.3, metadata={"min": 0, "below": 1, "help": "dropout rate of the discriminator"})
    average: float = field(
        default=0.99,
        metadata={
            "min": 0,
            "below": 1,
            "help": "decay of the moving average of the generator's weights; 0: no averaging",
        },
    )
    finish: Literal["none", "tone"] = field(
        default="none", metadata={"help": "tone: blur slightly, match the real tones of the class, remove specks"}
    )
    val: float = field(default=0.0, metadata={"min": 0, "max": 0.5, "help": VAL_HELP})

    def skip(self, task: Task) -> str | None:
        """Refuse fewer than 2 training images per class, or too few for validation."""
        return "needs at least 2 training images per class" if task.n_real < 2 else too_few(task.n_real, self.val)

    def fit(self, real: Images, labels: Labels, ctx: Context) -> None:
        """Train on `real` (n, h, w, c) of the classes `labels` (n,). Raises CannotFit if a loss is not finite."""
        self.shape, self.labels = real.shape[1:], np.unique(labels).tolist()
        flat, codes = real.reshape(len(real), -1), (labels[:, None] == np.array(self.labels)).astype(np.float32)
        train, val = split(len(real), self.val, ctx.rng)
        recipe = Recipe(
            self.lr,
            self.latent,
            self.g_widths,
            self.d_widths,
            real_label=0.9,
            dropout=self.dropout,
            average=self.average,
            shared_noise=True,
            mean_start=True,
        )
        training = Training(recipe, flat[train], codes[train], min(self.batch, len(train)), ctx.rng)
        points = self._points(8, ctx)

        def shown(step: int, sampler: Sampler) -> None:
            for label in self.labels:
                ctx.snapshot(step, sampler(points, self._codes(8, label)).reshape(-1, *self.shape), label)

        self.sampler = learn(training, self.steps, flat[val], ctx, shown)
        self.tones = {label: self._finish(label, real[labels == label], ctx) for label in self.labels}

    def sample(self, n: int, label: int, ctx: Context) -> Images:
        """Return `n` images of the class `label`, float (n, h, w, c), from new latent vectors."""
        drawn, tones = self._draw(n, label, ctx), self.tones[label]
        return tones(drawn) if tones is not None else drawn

    def _finish(self, label: int, real: Images, ctx: Context) -> Finish | None:
        drawn = self._draw(CURVE, label, ctx)
        if warning := collapse(drawn, real):
            ctx.warn(f"class {label}: {warning}")
        return Finish.of(drawn, real, BLUR) if self.finish == "tone" else None

    def _draw(self, n: int, label: int, ctx: Context) -> Images:
        return self.sampler(self._points(n, ctx), self._codes(n, label)).reshape(n, *self.shape)

    def _points(self, n: int, ctx: Context) -> Array:
        return ctx.rng.standard_normal((n, self.latent), dtype=np.float32)

    def _codes(self, n: int, label: int) -> Array:
        return np.repeat(np.eye(len(self.labels), dtype=np.float32)[[self.labels.index(label)]], n, axis=0)


@hookimpl
def bench_generators() -> list[type[ConditionalGenerator]]:
    """Register the conditional GAN."""
    return [Cgan]
