"""PCA-Gaussian: one Gaussian on principal components."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from benchmark.api import Context, Generator, Images, Task, hookimpl


@dataclass
class PcaGaussian(Generator):
    """One Gaussian on the principal components of the training pixels, independent along each.

    The naive model of a class: its mean and covariance are right and nothing else is.
    """

    name = "pca-gaussian"
    label = "PCA-Gaussian"
    light = True
    tags = ("baseline",)
    source = "Tipping and Bishop: Probabilistic principal component analysis, JRSS B 1999, without the noise term"

    components: int = field(default=50, metadata={"min": 1, "help": "principal components; fewer where n is less"})

    def skip(self, task: Task) -> str | None:
        """Return why one image is not enough."""
        return "needs at least 2 training images" if task.n_real < 2 else None

    def fit(self, real: Images, ctx: Context) -> None:
        """Find mean, axes and variances of the pixels."""
        from sklearn.decomposition import PCA

        flat = real.reshape(len(real), -1).astype(np.float64)
        self.shape = real.shape[1:]
        self.pca = PCA(min(self.components, len(flat) - 1, flat.shape[1]), svd_solver="full").fit(flat)

    def sample(self, n: int, ctx: Context) -> Images:
        """Return `n` draws."""
        spreads = np.sqrt(self.pca.explained_variance_)
        drawn: Images = self.pca.inverse_transform(ctx.rng.normal(size=(n, len(spreads))) * spreads)
        return drawn.reshape(n, *self.shape)


@hookimpl
def bench_generators() -> list[type[Generator]]:
    """Bring PCA-Gaussian."""
    return [PcaGaussian]
