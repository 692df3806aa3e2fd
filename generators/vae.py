"""VAE: a variational autoencoder of registered images, with a mixture of Gaussians on its latent space."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from benchmark.api import Context, Generator, Images, Task, hookimpl
from generators._finish import Finish
from generators._morphs import MORPHS, Morphs, few
from generators._register import Frame
from generators._torch_training import dense, silu, train

if TYPE_CHECKING:
    from benchmark.api import Array

CURVE = 2000  # samples to which the tone curve is fitted
ENCODER = 6  # arrays of the encoder: weights and bias of three layers


@dataclass
class Vae(Generator):
    """A variational autoencoder of registered images and their moments, trained with torch.

    It has two multilayer perceptrons: the encoder maps an image to a Gaussian over latent vectors, the decoder maps a
    latent vector to pixels. The latent vectors do not follow the prior N(0, I), so new ones are drawn from a mixture of
    Gaussians fitted to those of the training images. Registration, tones and, with fewer than 200 training images,
    morphs are as in `mixture`.
    """

    name = "vae"
    label = "VAE"
    needs = ("torch",)
    extra = "torch"
    source = "Kingma and Welling: Auto-encoding variational Bayes, ICLR 2014, equation 10; the mixture is our own"

    steps: int = field(default=2000, metadata={"min": 1, "max": 10**6, "help": "training steps, one batch each"})
    batch: int = field(default=128, metadata={"min": 1, "help": "images per batch, drawn with replacement"})
    lr: float = field(default=2e-3, metadata={"above": 0, "max": 1, "help": "learning rate of Adam; decays to 0"})
    latent: int = field(default=24, metadata={"min": 1, "help": "dimension of the latent vectors"})
    width: int = field(default=256, metadata={"min": 1, "help": "width of the hidden layers"})
    beta: float = field(
        default=0.2, metadata={"min": 0, "help": "weight of the KL divergence to the prior; 1: the lower bound (ELBO)"}
    )
    gaussians: int = field(
        default=0, metadata={"min": 0, "help": "Gaussians on the latent space; 0: one per 25 images, at most 10"}
    )
    bank: int = field(default=1000, metadata={"min": 0, "help": "morphs to use if there are fewer than 200 images"})
    finish: Literal["tone", "none"] = field(
        default="tone", metadata={"help": "tone: match the real tones and remove specks"}
    )

    def skip(self, task: Task) -> str | None:
        """Refuse fewer than 2 training images."""
        return "needs at least 2 training images" if task.n_real < 2 else None

    def fit(self, real: Images, ctx: Context) -> None:
        """Register `real` (n, h, w, c), train both networks and fit the mixture.

        Raises CannotFit if the loss is not finite.
        """
        self.frame = Frame.of(real)
        registered, moments = self.frame.register(real)
        if self.bank and few(real):
            registered, moments = Morphs.of(registered, moments, **MORPHS).draw(self.bank, ctx.rng)
        self.shape, self.mean = registered.shape[1:], moments.mean(axis=0)
        self.sd = np.maximum(moments.std(axis=0), 1e-3)
        pixels = np.clip(registered.reshape(len(registered), -1), 0, 1)
        seen = np.concatenate([pixels, (moments - self.mean) / self.sd], axis=1).astype(np.float32)
        weights = train(self._networks(seen.shape[1], ctx.rng), self._loss(seen, ctx), self.steps, self.lr, ctx)
        self.decoder = weights[ENCODER:]
        self._fit_latents(weights[:ENCODER], seen, len(real), ctx)
        self.tones = Finish.of(self._draw(CURVE, ctx), real) if self.finish == "tone" else None

    def sample(self, n: int, ctx: Context) -> Images:
        """Return `n` images, float (n, h, w, c)."""
        drawn = self._draw(n, ctx)
        return self.tones(drawn) if self.tones is not None else drawn

    def _networks(self, size: int, rng: np.random.Generator) -> list[Array]:
        """Return untrained weights: three layers of the encoder, three of the decoder."""
        widths = [size, self.width, self.width, 2 * self.latent]
        back = [self.latent, self.width, self.width, size]
        layers = [dense(i, o, rng) for chain in (widths, back) for i, o in pairwise(chain)]
        return [array for layer in layers for array in layer]

    def _loss(self, seen: Array, ctx: Context) -> Callable[[list[Any]], Any]:
        """Return the loss: the negative lower bound per image, with Bernoulli pixels and Gaussian moments."""
        import torch

        active, count = torch.nn.functional.silu, int(np.prod(self.shape))
        cross_entropy = torch.nn.functional.binary_cross_entropy_with_logits

        def loss(weights: list[Any]) -> Any:
            x = torch.from_numpy(seen[ctx.rng.integers(len(seen), size=self.batch)])
            noise = torch.from_numpy(ctx.rng.standard_normal((self.batch, self.latent), dtype=np.float32))
            mean, log_var = _mlp(weights[:ENCODER], x, active).chunk(2, dim=1)
            found = _mlp(weights[ENCODER:], mean + torch.exp(0.5 * log_var) * noise, active)
            pixels = cross_entropy(found[:, :count], x[:, :count], reduction="sum")
            off = 0.5 * ((found[:, count:] - x[:, count:]) ** 2).sum()
            far = 0.5 * (mean**2 + log_var.exp() - 1 - log_var).sum()
            return (pixels + off + self.beta * far) / self.batch

        return loss

    def _fit_latents(self, encoder: list[Array], seen: Array, n: int, ctx: Context) -> None:
        """Fit the mixture to one latent vector per image, drawn from the encoder's Gaussian."""
        from sklearn.mixture import GaussianMixture

        mean, log_var = np.split(_mlp(encoder, seen, silu).astype(np.float64), 2, axis=1)
        points = mean + np.exp(0.5 * log_var) * ctx.rng.standard_normal(mean.shape)
        count = min(self.gaussians or min(max(n // 25, 1), 10), len(points))
        model = GaussianMixture(count, reg_covar=1e-3, random_state=ctx.seed).fit(points)
        self.shares, self.centres = model.weights_, model.means_
        self.factors = np.linalg.cholesky(model.covariances_)

    def _draw(self, n: int, ctx: Context) -> Images:
        which = ctx.rng.choice(len(self.shares), size=n, p=self.shares)
        noise = ctx.rng.standard_normal((n, self.latent))
        latents = self.centres[which] + np.einsum("nij,nj->ni", self.factors[which], noise)
        found, count = _mlp(self.decoder, latents.astype(np.float32), silu), int(np.prod(self.shape))
        registered = (0.5 + 0.5 * np.tanh(0.5 * found[:, :count])).reshape(n, *self.shape)
        return self.frame.restore(registered.astype(np.float32), found[:, count:] * self.sd + self.mean)


def _mlp(layers: list[Any], values: Any, active: Callable[[Any], Any]) -> Any:
    """Return the output of three layers for `values`, in torch or in numpy."""
    for weights, bias in zip(layers[:-2:2], layers[1:-2:2], strict=True):
        values = active(values @ weights + bias)
    return values @ layers[-2] + layers[-1]


@hookimpl
def bench_generators() -> list[type[Generator]]:
    """Register the VAE."""
    return [Vae]
