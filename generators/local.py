"""Local: a Gaussian around each training image, as wide as the spread of its neighbours."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from benchmark.api import Context, Generator, Images, Task, hookimpl
from generators._codes import encoded
from generators._draw import in_turn
from generators._finish import Finish

CURVE = 2000  # samples to which the tone curve is fitted


@dataclass
class Local(Generator):
    """A smoothed bootstrap: registered images plus noise with the covariance of their nearest neighbours.

    Each image becomes a point: its principal components after registration, together with its moments. A draw is a
    training point plus a random combination of its neighbours' differences from their mean, i.e. Gaussian noise with
    their covariance. With fewer than 200 training images, the points are those of many morphs (see `morph`).
    """

    name = "local"
    label = "Local"
    light = True
    source = "Vincent and Bengio: Manifold Parzen windows, NeurIPS 2002, section 3; registration and tones are our own"

    neighbours: int = field(default=15, metadata={"min": 2, "help": "neighbours that the covariance is computed from"})
    width: float = field(default=0.9, metadata={"above": 0, "help": "width of the noise; 1: as wide as the neighbours"})
    components: int = field(default=80, metadata={"min": 1, "help": "principal components of the registered images"})
    bank: int = field(default=1000, metadata={"min": 0, "help": "morphs to use if there are fewer than 200 images"})
    finish: Literal["tone", "none"] = field(
        default="tone", metadata={"help": "tone: match the real tones and remove specks"}
    )

    def skip(self, task: Task) -> str | None:
        """Refuse fewer than 3 training images."""
        return "needs at least 3 training images" if task.n_real < 3 else None

    def fit(self, real: Images, ctx: Context) -> None:
        """Register and project `real` (n, h, w, c), and find the neighbours of each image."""
        from sklearn.neighbors import NearestNeighbors

        self.codes, self.points = encoded(real, self.components, self.bank, ctx.rng)
        k = min(self.neighbours, len(self.points) - 1)
        self.near = NearestNeighbors(n_neighbors=k).fit(self.points).kneighbors(return_distance=False)
        self.tones = Finish.of(self._draw(CURVE, ctx), real) if self.finish == "tone" else None

    def sample(self, n: int, ctx: Context) -> Images:
        """Return `n` images, float (n, h, w, c)."""
        drawn = self._draw(n, ctx)
        return self.tones(drawn) if self.tones is not None else drawn

    def _draw(self, n: int, ctx: Context) -> Images:
        base = in_turn(n, len(self.points), ctx.rng)
        around = self.points[self.near[base]]
        apart = around - around.mean(axis=1, keepdims=True)
        noise = ctx.rng.normal(size=apart.shape[:2]) / np.sqrt(max(apart.shape[1] - 1, 1))
        return self.codes.images(self.points[base] + self.width * np.einsum("nk,nkd->nd", noise, apart))


@hookimpl
def bench_generators() -> list[type[Generator]]:
    """Register Local."""
    return [Local]
