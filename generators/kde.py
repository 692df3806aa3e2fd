"""KDE: a kernel density estimate on principal components."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from benchmark.api import Context, Generator, Images, Task, hookimpl
from generators._draw import in_turn


@dataclass
class Kde(Generator):
    """Training images plus Gaussian noise in the space of their principal components: a kernel density estimate.

    The bandwidth is relative to the median distance to the nearest neighbour in that space, and the same in all
    directions. A small bandwidth gives copies; a large one leaves the class.
    """

    name = "kde"
    label = "KDE"
    light = True
    tags = ("baseline",)
    source = "Silverman: Density estimation for statistics and data analysis, 1986, section 6.4.1 (smoothed bootstrap)"

    components: int = field(
        default=60, metadata={"min": 1, "help": "principal components; fewer if there are fewer images"}
    )
    bandwidth: float = field(
        default=0.7, metadata={"above": 0, "help": "length of the noise; 1: the median distance to a nearest neighbour"}
    )

    def skip(self, task: Task) -> str | None:
        """Refuse fewer than 2 training images."""
        return "needs at least 2 training images" if task.n_real < 2 else None

    def fit(self, real: Images, ctx: Context) -> None:
        """Project the images (n, h, w, c) and compute the bandwidth."""
        from sklearn.decomposition import PCA
        from sklearn.neighbors import NearestNeighbors

        flat = real.reshape(len(real), -1).astype(np.float64)
        self.shape = real.shape[1:]
        self.pca = PCA(min(self.components, len(flat) - 1, flat.shape[1]), svd_solver="full").fit(flat)
        self.points = self.pca.transform(flat)
        nearest, _ = NearestNeighbors(n_neighbors=1).fit(self.points).kneighbors()
        self.sd = self.bandwidth * float(np.median(nearest)) / np.sqrt(self.points.shape[1])

    def sample(self, n: int, ctx: Context) -> Images:
        """Return `n` draws, float (n, h, w, c); the training images are used in turn."""
        moved = self.points[in_turn(n, len(self.points), ctx.rng)]
        drawn: Images = self.pca.inverse_transform(moved + self.sd * ctx.rng.normal(size=moved.shape))
        return drawn.reshape(n, *self.shape)


@hookimpl
def bench_generators() -> list[type[Generator]]:
    """Register KDE."""
    return [Kde]
