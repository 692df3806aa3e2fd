"""PCA: the principal components of the neutral images."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from benchmark.api import Array, Context, Features, Images, Labels, hookimpl

ROWS = 4096  # images transformed together
WIDE = 2048  # with more pixels than this, the covariance matrix is too large to decompose


@dataclass
class Pca(Features):
    """The first principal components of the neutral images, not whitened, so that distances stay those of the images.

    There are fewer components if there are fewer images or pixels. Images are projected in float64 and rounded once, so
    that equal images have equal features whatever the batch.
    """

    name = "pca"
    source = "Pearson: On lines and planes of closest fit to systems of points in space, 1901"

    components: int = field(default=50, metadata={"min": 1, "help": "number of components"})

    def fit(self, images: Images, labels: Labels, ctx: Context) -> None:
        """Compute the components of all neutral images together; the labels are not used."""
        from sklearn.decomposition import PCA

        flat = images.reshape(len(images), -1).astype(np.float64)
        wide = flat.shape[1] > WIDE
        fitted = PCA(
            min(self.components, *flat.shape),
            svd_solver="randomized" if wide else "covariance_eigh",
            random_state=ctx.seed if wide else None,
        ).fit(flat)
        self.mean, self.axes = fitted.mean_, fitted.components_.T.copy()

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over the mean and the axes, if their shapes fit."""
        mean, axes = (np.asarray(state[name], dtype=np.float64) for name in ("mean", "axes"))
        if mean.ndim != 1 or axes.ndim != 2 or len(axes) != len(mean) or not 0 < axes.shape[1] <= self.components:
            raise ValueError(f"a mean {mean.shape} and axes {axes.shape} do not make {self.components} components")
        self.mean, self.axes = mean, axes

    def transform(self, images: Images) -> Array:
        """Return float32 (n, components)."""
        flat = images.reshape(len(images), -1)
        found = np.empty((len(flat), self.axes.shape[1]), dtype=np.float32)
        for start in range(0, len(flat), ROWS):
            found[start : start + ROWS] = (flat[start : start + ROWS] - self.mean) @ self.axes
        return found

    @property
    def space(self) -> str:
        """`pca50`, after the requested number of components."""
        return f"pca{self.components}"


@hookimpl
def bench_features() -> list[type[Features]]:
    """Register PCA."""
    return [Pca]
