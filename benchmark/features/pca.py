"""PCA: the principal components of the neutral images."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from benchmark.api import Array, Context, Features, Images, Labels, hookimpl

ROWS = 4096  # images transformed together
LARGEST, SIDE = 64, 32  # pixels: images with a longer side above LARGEST are reduced to about SIDE
WIDE = 2048  # with more pixels than this, the covariance matrix is too large to decompose


@dataclass
class Pca(Features):
    """The first principal components of the neutral images, not whitened, so that distances stay those of the images.

    There are fewer components if there are fewer images or pixels. Images are projected in float64 and rounded once, so
    that equal images have equal features whatever the batch. Images with a side above 64 pixels are first reduced to
    about 32 by the means of square blocks: 50 components hold no more, and memory would grow with the size.
    """

    name = "pca"
    source = "Pearson: On lines and planes of closest fit to systems of points in space, 1901"

    components: int = field(default=50, metadata={"min": 1, "help": "number of components"})

    def fit(self, images: Images, labels: Labels, ctx: Context) -> None:
        """Compute the components of all neutral images together; the labels are not used."""
        from sklearn.decomposition import PCA

        flat = _flat(images).astype(np.float64)
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
        flat = _flat(images)
        found = np.empty((len(flat), self.axes.shape[1]), dtype=np.float32)
        for start in range(0, len(flat), ROWS):
            found[start : start + ROWS] = (flat[start : start + ROWS] - self.mean) @ self.axes
        return found

    @property
    def space(self) -> str:
        """`pca50`, after the requested number of components."""
        return f"pca{self.components}"


def _flat(images: Images) -> Array:
    """Return the pixels of images (n, h, w, c), reduced if they are large, (n, d)."""
    n, height, width, channels = images.shape
    by = max(height, width) // SIDE
    if max(height, width) <= LARGEST or by > min(height, width):
        return images.reshape(n, -1)
    height, width = height // by, width // by
    whole = images[:, : height * by, : width * by].reshape(n, height, by, width, by, channels)
    return np.asarray(whole.mean(axis=(2, 4), dtype=np.float32)).reshape(n, -1)


@hookimpl
def bench_features() -> list[type[Features]]:
    """Register PCA."""
    return [Pca]
