"""GAN: two multilayer perceptrons trained against each other, in TensorFlow."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from benchmark.api import CannotFit, Context, Generator, Images, Task, hookimpl
from generators._finish import Finish
from generators._gan_learning import learn
from generators._gan_training import Recipe, Training
from generators._watch import VAL_HELP, collapse, split, too_few

if TYPE_CHECKING:
    from benchmark.api import Array
    from generators._gan_networks import Sampler

PRESETS = {
    "tuned": Recipe(
        lr=1.2e-3,
        latent=64,
        g_widths=(256, 512),
        d_widths=(256, 128),
        real_label=0.9,
        dropout=0.3,
        average=0.99,
        shared_noise=True,
        mean_start=True,
    ),
    "paper": Recipe(
        lr=2e-4,
        latent=100,
        g_widths=(256, 512, 1024),
        d_widths=(512, 256),
        real_label=1.0,
        dropout=0.0,
        average=0.0,
        shared_noise=False,
        mean_start=False,
    ),
}
BLUR = 0.5  # pixels: blur of the finish
CURVE = 2000  # samples to which the tone curve is fitted
TOO_FEW = "needs at least 2 training images, because batch norm compares the images in a batch"


def _preset(name: str, text: str, **limits: float) -> Any:
    """Return the field of a parameter that defaults to the value of the preset."""
    values = {preset: getattr(recipe, name) for preset, recipe in PRESETS.items()}
    shown = {k: "-".join(map(str, v)) if isinstance(v, tuple) else str(v).lower() for k, v in values.items()}
    return field(default=None, metadata={"help": f"{text}; tuned {shown['tuned']}, paper {shown['paper']}", **limits})


@dataclass
class Gan(Generator):
    """GAN of two multilayer perceptrons, trained with TensorFlow.

    The preset `tuned` is a small network that learns from 1,000 images in half a minute, with label smoothing, dropout
    in the discriminator D and a moving average of the weights of the generator G. `paper` has none of these, the usual
    learning rate and larger layers (the paper gives no widths). Parameters that you set override the preset.
    D sees pixels from 0 to 1: with -1 to 1, most images come out speckled. With `finish=tone`, samples are slightly
    blurred, take on the pixel histogram of the training images, and lose specks: a manual fix for visible flaws.
    """

    name = "gan"
    label = "GAN"
    needs = ("tensorflow",)
    extra = "tensorflow"
    cost = "minutes"
    source = "Goodfellow et al.: Generative adversarial nets, NeurIPS 2014, Algorithm 1"

    preset: Literal["tuned", "paper"] = field(
        default="tuned", metadata={"help": "defaults of the parameters that are not set"}
    )
    steps: int = field(default=2400, metadata={"min": 1, "max": 10**6, "help": "training steps, one batch each"})
    epochs: int = field(
        default=0, metadata={"min": 0, "max": 10**6, "help": "training epochs, in place of steps; 0: use steps"}
    )
    epoch_unit: Literal["batch", "pass"] = field(
        default="batch",
        metadata={"help": "batch: an epoch is one batch, as in public code; pass: it is one pass over the images"},
    )
    batch: int = field(default=128, metadata={"min": 2, "help": "images per batch; all if there are fewer"})
    lr: float | None = _preset("lr", "learning rate of Adam, for both networks", above=0, max=1)
    latent: int | None = _preset("latent", "dimension of the latent vectors", min=1)
    g_widths: tuple[int, ...] | None = _preset("g_widths", "widths of the generator's hidden layers", min=1)
    d_widths: tuple[int, ...] | None = _preset("d_widths", "widths of the discriminator's hidden layers", min=1)
    real_label: float | None = _preset("real_label", "D's target for real images; 1: no smoothing", above=0, max=1)
    dropout: float | None = _preset("dropout", "dropout rate of the discriminator", min=0, below=1)
    average: float | None = _preset(
        "average", "decay of the moving average of the generator's weights; 0: no averaging", min=0, below=1
    )
    shared_noise: bool | None = _preset("shared_noise", "whether G and D are trained on the same fake images")
    mean_start: bool | None = _preset("mean_start", "whether G starts from the mean training image, not from grey")
    batch_norm: bool = field(default=True, metadata={"help": "use batch norm in the generator's hidden layers"})

    finish: Literal["none", "tone"] = field(
        default="none", metadata={"help": "tone: blur slightly, match the real tones, remove specks"}
    )
    val: float = field(default=0.0, metadata={"min": 0, "max": 0.5, "help": VAL_HELP})

    def __post_init__(self) -> None:
        """Raise ValueError if both `steps` and `epochs` are given."""
        if self.epochs and self.steps != Gan.steps:
            raise ValueError(f"steps={self.steps} and epochs={self.epochs} both set the training length; give only one")

    @property
    def recipe(self) -> Recipe:
        """The preset, overridden by the parameters that are set."""
        preset = PRESETS[self.preset]
        given = {name: getattr(self, name) for name in vars(preset) if getattr(self, name) is not None}
        return replace(preset, **given)

    def length(self, n: int) -> int:
        """Return the number of training steps for `n` training images."""
        batches = -(-n // min(self.batch, n)) if self.epoch_unit == "pass" else 1
        return self.epochs * batches or self.steps

    def skip(self, task: Task) -> str | None:
        """Refuse fewer than 2 training images, or too few for validation."""
        return TOO_FEW if task.n_real < 2 else too_few(task.n_real, self.val)

    def fit(self, real: Images, ctx: Context) -> None:
        """Train on `real` (n, h, w, c). Raises CannotFit if a loss is not finite."""
        if len(real) < 2:
            raise CannotFit(TOO_FEW)
        self.shape, flat = real.shape[1:], real.reshape(len(real), -1)
        train, val = split(len(real), self.val, ctx.rng)
        training = Training(self.recipe, flat[train], _no_codes(len(train)), min(self.batch, len(train)), ctx.rng)
        points = self._points(8, ctx)

        def shown(step: int, sampler: Sampler) -> None:
            ctx.snapshot(step, sampler(points, _no_codes(8)).reshape(-1, *self.shape))

        self.sampler = learn(training, self.length(len(train)), flat[val], ctx, shown)
        drawn = self._draw(CURVE, ctx)
        if warning := collapse(drawn, real):
            ctx.warn(warning)
        self.tones = Finish.of(drawn, real, BLUR) if self.finish == "tone" else None

    def sample(self, n: int, ctx: Context) -> Images:
        """Return `n` images, float (n, h, w, c), from new latent vectors."""
        drawn = self._draw(n, ctx)
        return self.tones(drawn) if self.tones is not None else drawn

    def _draw(self, n: int, ctx: Context) -> Images:
        return self.sampler(self._points(n, ctx), _no_codes(n)).reshape(n, *self.shape)

    def _points(self, n: int, ctx: Context) -> Array:
        return ctx.rng.standard_normal((n, self.recipe.latent), dtype=np.float32)


def _no_codes(n: int) -> Array:
    """Return the class codes of `n` images of a single class: empty ones."""
    return np.empty((n, 0), dtype=np.float32)


@hookimpl
def bench_generators() -> list[type[Generator]]:
    """Register the GAN."""
    return [Gan]
