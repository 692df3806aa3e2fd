"""GAN: two multilayer perceptrons against each other, in TensorFlow."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from benchmark.api import CannotFit, Context, Generator, Images, Task, hookimpl
from generators._gan_networks import Sampler
from generators._gan_training import Recipe, Training

if TYPE_CHECKING:
    from benchmark.api import Array

PRESETS = {
    "tuned": Recipe(
        lr=8e-4, latent=64, g_widths=(256, 512), d_widths=(256, 128),
        real_label=0.9, dropout=0.3, average=0.99, shared_noise=True, mean_start=True,
    ),
    "paper": Recipe(
        lr=2e-4, latent=100, g_widths=(256, 512, 1024), d_widths=(512, 256),
        real_label=1.0, dropout=0.0, average=0.0, shared_noise=False, mean_start=False,
    ),
}
CHUNK = 50                      # steps that TensorFlow does without coming back to Python
POINTS = 100                    # of each curve at most, each the mean loss of equally many steps
SHOWN = (1, 300, 600, 1200, 2400)               # steps at which snapshots are taken, beside the last
STATISTICS = 25                 # batches of noise from which the statistics of batch norm are estimated
TOO_FEW = "needs at least 2 training images: batch norm compares the images of a batch"


def _preset(name: str, text: str, **limits: float) -> Any:
    """Return the field of a parameter that is as the preset says unless it is given."""
    values = {preset: getattr(recipe, name) for preset, recipe in PRESETS.items()}
    shown = {k: "-".join(map(str, v)) if isinstance(v, tuple) else str(v).lower() for k, v in values.items()}
    return field(default=None, metadata={"help": f"{text}; tuned {shown['tuned']}, paper {shown['paper']}", **limits})


@dataclass
class Gan(Generator):
    """GAN of two multilayer perceptrons, trained by TensorFlow.

    The preset `tuned` is a small network that learns from 1,000 images in half a minute, by label smoothing, dropout in
    the discriminator D and a moving average of the weights of the generator G. `paper` has none of these, the usual
    learning rate, and larger layers (the paper gives no widths). A parameter that is given replaces the preset's.
    D sees pixels from 0 to 1: with -1 to 1 most images come out speckled.
    """

    name = "gan"
    label = "GAN"
    needs = ("tensorflow",)
    extra = "tensorflow"
    cost = "minutes"
    source = "Goodfellow et al.: Generative adversarial nets, NeurIPS 2014, Algorithm 1"

    preset: Literal["tuned", "paper"] = field(default="tuned", metadata={"help": "where what is not given comes from"})
    steps: int = field(default=2400, metadata={"min": 1, "max": 10**6, "help": "training steps, one batch each"})
    batch: int = field(default=128, metadata={"min": 2, "help": "images a batch; all where there are fewer"})
    lr: float | None = _preset("lr", "learning rate of Adam, for both networks", above=0, max=1)
    latent: int | None = _preset("latent", "random numbers that an image is made from", min=1)
    g_widths: tuple[int, ...] | None = _preset("g_widths", "hidden layers of the generator", min=1)
    d_widths: tuple[int, ...] | None = _preset("d_widths", "hidden layers of the discriminator", min=1)
    real_label: float | None = _preset("real_label", "target of D for real images; 1 is no smoothing", above=0, max=1)
    dropout: float | None = _preset("dropout", "share of D's hidden units that are dropped", min=0, below=1)
    average: float | None = _preset("average", "decay of the moving average of G's weights; 0 is none", min=0, below=1)
    shared_noise: bool | None = _preset("shared_noise", "whether G and D learn from the same fakes")
    mean_start: bool | None = _preset("mean_start", "whether G starts from the mean training image, not from grey")
    batch_norm: bool = field(default=True, metadata={"help": "batch norm in the hidden layers of G"})

    @property
    def recipe(self) -> Recipe:
        """The preset with the parameters that are given."""
        preset = PRESETS[self.preset]
        given = {name: getattr(self, name) for name in vars(preset) if getattr(self, name) is not None}
        return replace(preset, **given)

    def skip(self, task: Task) -> str | None:
        """Return why one image is not enough."""
        return TOO_FEW if task.n_real < 2 else None

    def fit(self, real: Images, ctx: Context) -> None:
        """Train on `real` (n, h, w, c). Raises CannotFit where a loss is no longer finite."""
        if len(real) < 2:
            raise CannotFit(TOO_FEW)
        self.shape, batch = real.shape[1:], min(self.batch, len(real))
        training = Training(self.recipe, real.reshape(len(real), -1), batch, ctx.rng)
        shown, statistics = self._noise(8, ctx), self._noise(STATISTICS * batch, ctx)
        shots = {step for step in (*SHOWN, self.steps) if step <= self.steps}
        losses, done = np.empty((self.steps, 2), dtype=np.float32), 0
        for stop in sorted(shots.union(range(CHUNK, self.steps, CHUNK))):
            losses[done:stop] = training.run(done, stop)
            if not np.isfinite(losses[done:stop]).all():
                raise CannotFit(f"a loss is not finite at step {stop}, with lr={self.recipe.lr:g}; try a smaller lr")
            done = stop
            ctx.progress(done, self.steps)
            if done in shots:
                self.sampler = Sampler(training.weights(), statistics)
                ctx.snapshot(done, self.sampler(shown).reshape(-1, *self.shape))
        _log(losses, ctx)

    def sample(self, n: int, ctx: Context) -> Images:
        """Return what G makes of `n` new latent points."""
        return self.sampler(self._noise(n, ctx)).reshape(n, *self.shape)

    def _noise(self, n: int, ctx: Context) -> Array:
        return ctx.rng.standard_normal((n, self.recipe.latent), dtype=np.float32)


def _log(losses: Array, ctx: Context) -> None:
    """Record the losses of D and G, float32 (steps, 2), as means over windows (24 steps of 2,400)."""
    window = -(-len(losses) // POINTS)
    for first in range(0, len(losses), window):
        part = losses[first : first + window].astype(float)
        d, g = part.mean(axis=0)
        ctx.log(first + len(part), D=d, G=g)


@hookimpl
def bench_generators() -> list[type[Generator]]:
    """Bring the GAN."""
    return [Gan]
