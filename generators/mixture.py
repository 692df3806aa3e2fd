"""Mixture: Gaussians on the principal components of registered images."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from benchmark.api import Context, Generator, Images, Task, hookimpl
from generators._codes import encoded
from generators._finish import Finish

CURVE = 2000  # samples to which the tone curve is fitted


@dataclass
class Mixture(Generator):
    """A mixture of Gaussians on the principal components and moments of registered images.

    Each training image is warped to the class's median position, size and slant. Its principal components, together
    with those five moments, form one point; Gaussians with full covariances are fitted to the points by expectation
    maximisation. A draw gives an image and the moments it is warped back to; finally, its tones are matched to those of
    real images. With fewer than 200 training images, the points are those of many morphs (see `morph`).
    """

    name = "mixture"
    label = "Mixture"
    light = True
    source = "Bishop: Pattern recognition and machine learning, 2006, section 9.2; registration and tones are our own"

    gaussians: int = field(default=0, metadata={"min": 0, "help": "how many; 0: one per 25 images, at most 10"})
    components: int = field(default=40, metadata={"min": 1, "help": "principal components of the registered images"})
    bank: int = field(default=1000, metadata={"min": 0, "help": "morphs to use if there are fewer than 200 images"})
    finish: Literal["tone", "none"] = field(
        default="tone", metadata={"help": "tone: match the real tones and remove specks"}
    )

    def skip(self, task: Task) -> str | None:
        """Refuse fewer than 2 training images."""
        return "needs at least 2 training images" if task.n_real < 2 else None

    def fit(self, real: Images, ctx: Context) -> None:
        """Register and project `real` (n, h, w, c), and fit the Gaussians."""
        from sklearn.mixture import GaussianMixture

        self.codes, points = encoded(real, self.components, self.bank, ctx.rng)
        count = min(self.gaussians or min(max(len(real) // 25, 1), 10), len(points))
        model = GaussianMixture(count, reg_covar=1e-2, random_state=ctx.seed).fit(points)
        self.weights, self.means, self.factors = model.weights_, model.means_, np.linalg.cholesky(model.covariances_)
        self.tones = Finish.of(self._draw(CURVE, ctx), real) if self.finish == "tone" else None

    def sample(self, n: int, ctx: Context) -> Images:
        """Return `n` images, float (n, h, w, c)."""
        drawn = self._draw(n, ctx)
        return self.tones(drawn) if self.tones is not None else drawn

    def _draw(self, n: int, ctx: Context) -> Images:
        which = ctx.rng.choice(len(self.weights), size=n, p=self.weights)
        noise = ctx.rng.normal(size=(n, self.means.shape[1]))
        return self.codes.images(self.means[which] + np.einsum("nij,nj->ni", self.factors[which], noise))


@hookimpl
def bench_generators() -> list[type[Generator]]:
    """Register the mixture."""
    return [Mixture]
