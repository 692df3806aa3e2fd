"""Flow: a network that carries noise to registered images along nearly straight lines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from benchmark.api import Context, Generator, Images, Task, hookimpl
from generators._codes import encoded
from generators._finish import Finish
from generators._torch_training import dense, silu, train

if TYPE_CHECKING:
    from benchmark.api import Array

CURVE = 2000  # samples to which the tone curve is fitted
BLOCKS = 2  # residual blocks of the network
WAVES = 4  # cosines and sines that encode the time


@dataclass
class Flow(Generator):
    """A rectified flow on the principal components and moments of registered images, trained with torch.

    Straight lines lead from noise x0 to data x1. A network learns their mean direction x1 - x0 at each point and time,
    and new noise is carried along it from time 0 to 1 by Heun's method. Registration, tones and, with fewer than 200
    training images, morphs are as in `mixture`.
    """

    name = "flow"
    label = "Flow"
    needs = ("torch",)
    extra = "torch"
    source = "Liu, Gong and Liu: Flow straight and fast: rectified flow, ICLR 2023, equation 1"

    steps: int = field(default=1500, metadata={"min": 1, "max": 10**6, "help": "training steps, one batch each"})
    batch: int = field(default=128, metadata={"min": 1, "help": "points per batch, drawn with replacement"})
    lr: float = field(default=2e-3, metadata={"above": 0, "max": 1, "help": "learning rate of Adam; decays to 0"})
    width: int = field(default=256, metadata={"min": 1, "help": "width of the network's hidden layers"})
    components: int = field(default=64, metadata={"min": 1, "help": "principal components of the registered images"})
    heun: int = field(default=12, metadata={"min": 1, "help": "integration steps from noise to image"})
    bank: int = field(default=1000, metadata={"min": 0, "help": "morphs to use if there are fewer than 200 images"})
    finish: Literal["tone", "none"] = field(
        default="tone", metadata={"help": "tone: match the real tones and remove specks"}
    )

    def skip(self, task: Task) -> str | None:
        """Refuse fewer than 2 training images."""
        return "needs at least 2 training images" if task.n_real < 2 else None

    def fit(self, real: Images, ctx: Context) -> None:
        """Register and project `real` (n, h, w, c), and train. Raises CannotFit if the loss is not finite."""
        self.codes, points = encoded(real, self.components, self.bank, ctx.rng)
        self.mean, self.sd = points.mean(axis=0), np.maximum(points.std(axis=0), 1e-3)
        data = ((points - self.mean) / self.sd).astype(np.float32)
        network = _network(data.shape[1], self.width, ctx.rng)
        self.weights = train(network, self._loss(data, ctx), self.steps, self.lr, ctx)
        self.tones = Finish.of(self._draw(CURVE, ctx), real) if self.finish == "tone" else None

    def sample(self, n: int, ctx: Context) -> Images:
        """Return `n` images, float (n, h, w, c)."""
        drawn = self._draw(n, ctx)
        return self.tones(drawn) if self.tones is not None else drawn

    def _loss(self, data: Array, ctx: Context) -> Callable[[list[Any]], Any]:
        import torch

        def loss(weights: list[Any]) -> Any:
            end = data[ctx.rng.integers(len(data), size=self.batch)]
            start = ctx.rng.standard_normal(end.shape, dtype=np.float32)
            time = ctx.rng.random((self.batch, 1), dtype=np.float32)
            inputs = torch.from_numpy(_inputs(time * end + (1 - time) * start, time))
            return ((_velocity(weights, inputs, torch.nn.functional.silu) - torch.from_numpy(end - start)) ** 2).mean()

        return loss

    def _draw(self, n: int, ctx: Context) -> Images:
        at = ctx.rng.standard_normal((n, len(self.mean)), dtype=np.float32)
        for step in range(self.heun):
            now, then = (np.full((n, 1), s / self.heun, dtype=np.float32) for s in (step, step + 1))
            first = _velocity(self.weights, _inputs(at, now), silu)
            second = _velocity(self.weights, _inputs(at + first / self.heun, then), silu)
            at = at + (first + second) / (2 * self.heun)
        return self.codes.images(at * self.sd + self.mean)


def _network(size: int, width: int, rng: np.random.Generator) -> list[Array]:
    """Return untrained weights; the output of each block, and that of the network, start at 0."""
    layers = dense(size + 2 * WAVES, width, rng)
    for _ in range(BLOCKS):
        layers += dense(width, width, rng, 1.5) + dense(width, width, rng, 0.0)
    return layers + dense(width, size, rng, 0.0)


def _inputs(points: Array, time: Array) -> Array:
    """Return float32 (n, d + 8): points (n, d), and their times (n, 1) encoded as waves."""
    waves = time * (np.pi * 2.0 ** np.arange(WAVES) / 2)
    return np.concatenate([points, np.cos(waves), np.sin(waves)], axis=1).astype(np.float32)


def _velocity(weights: list[Any], inputs: Any, active: Callable[[Any], Any]) -> Any:
    """Return the direction (n, d) at the inputs (n, d + 8), in torch or in numpy."""
    first, bias, *blocks, last, out = weights
    hidden = inputs @ first + bias
    for block in range(BLOCKS):
        inner, one, outer, two = blocks[4 * block : 4 * block + 4]
        hidden = hidden + active(active(hidden) @ inner + one) @ outer + two
    return active(hidden) @ last + out


@hookimpl
def bench_generators() -> list[type[Generator]]:
    """Register the flow."""
    return [Flow]
