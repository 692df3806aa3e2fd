"""PCA-Gaussian: one Gaussian on the principal components."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from benchmark.api import Context, Generator, Images, Task, hookimpl


@dataclass
class PcaGaussian(Generator):
    """One Gaussian on the principal components of the training pixels, independent along each component.

    The naive model of a class: it gets the mean and covariance right, and nothing else.
    """

    name = "pca-gaussian"
    label = "PCA-Gaussian"
    light = True
    tags = ("baseline",)
    source = "Tipping and Bishop: Probabilistic principal component analysis, JRSS B 1999, without the noise term"

    components: int = field(
        default=50, metadata={"min": 1, "help": "principal components; fewer if there are fewer images"}
    )

    def skip(self, task: Task) -> str | None:
        """Refuse fewer than 2 training images."""
        return "needs at least 2 training images" if task.n_real < 2 else None

    def fit(self, real: Images, ctx: Context) -> None:
        """Compute the mean, axes and variances of the pixels of `real` (n, h, w, c)."""
        from sklearn.decomposition import PCA

        flat = real.reshape(len(real), -1).astype(np.float64)
        self.shape = real.shape[1:]
        self.pca = PCA(min(self.components, len(flat) - 1, flat.shape[1]), svd_solver="full").fit(flat)

    def sample(self, n: int, ctx: Context) -> Images:
        """Return `n` draws, float (n, h, w, c)."""
        spreads = np.sqrt(self.pca.explained_variance_)
        drawn: Images = self.pca.inverse_transform(ctx.rng.normal(size=(n, len(spreads))) * spreads)
        return drawn.reshape(n, *self.shape)


@hookimpl
def bench_generators() -> list[type[Generator]]:
    """Register PCA-Gaussian."""
    return [PcaGaussian]
