"""Local: a Gaussian round each training image, as wide as its neighbours lie."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from benchmark.api import Context, Generator, Images, Task, hookimpl
from generators._codes import encoded
from generators._draw import in_turn
from generators._finish import Finish

CURVE = 2000  # images from which the tone curve is learned


@dataclass
class Local(Generator):
    """A smoothed bootstrap: registered images, moved within the covariance of their nearest neighbours.

    Each image is the point of its principal components after registration, together with its moments. A draw is a
    training point, moved by a random combination of the differences of its neighbours from their mean: a Gaussian of
    their covariance. Where there are fewer than 200 training images, the points are of many morphs (see `morph`).
    """

    name = "local"
    label = "Local"
    light = True
    source = "Vincent and Bengio: Manifold Parzen windows, NeurIPS 2002, section 3; registration and tones are our own"

    neighbours: int = field(default=15, metadata={"min": 2, "help": "whose covariance is taken"})
    width: float = field(default=0.9, metadata={"above": 0, "help": "1: as wide as the neighbours lie"})
    components: int = field(default=80, metadata={"min": 1, "help": "principal components of the registered image"})
    bank: int = field(default=1000, metadata={"min": 0, "help": "morphs, where there are fewer than 200 images"})
    finish: Literal["tone", "none"] = field(default="tone", metadata={"help": "tone: the real tones, and no crumbs"})

    def skip(self, task: Task) -> str | None:
        """Return why two images are not enough."""
        return "needs at least 3 training images" if task.n_real < 3 else None

    def fit(self, real: Images, ctx: Context) -> None:
        """Register, project and find the neighbours."""
        from sklearn.neighbors import NearestNeighbors

        self.codes, self.points = encoded(real, self.components, self.bank, ctx.rng)
        k = min(self.neighbours, len(self.points) - 1)
        self.near = NearestNeighbors(n_neighbors=k).fit(self.points).kneighbors(return_distance=False)
        self.tones = Finish.of(self._draw(CURVE, ctx), real) if self.finish == "tone" else None

    def sample(self, n: int, ctx: Context) -> Images:
        """Return `n` images."""
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
    """Bring local."""
    return [Local]
