"""Morphs: registered images warped part of the way towards similar ones, with moments for warping them back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from generators._demons import displaced, fields
from generators._draw import in_turn

if TYPE_CHECKING:
    from benchmark.api import Array, Images

FEW = 200  # training images: with fewer, other generators are fitted to morphs of them
MORPHS: dict[str, Any] = {"k": 10, "reach": 2.0, "elastic": 1.0}
STILL = 0.25  # pixels: the smallest distance between neighbours that is used to scale the random field


@dataclass(frozen=True)
class Morphs:
    """Registered images (n, h, w, c), their moments (n, m), and the nearest neighbours (n, k) of each.

    reach: how far to warp; with 1, at most all the way to a neighbour.
    elastic: sd of an added smooth random field, relative to the sd of the fields towards the neighbours.
    """

    images: Images
    moments: Array
    near: Array
    reach: float
    elastic: float

    @classmethod
    def of(cls, images: Images, moments: Array, k: int, reach: float, elastic: float) -> Morphs:
        """Find the `k` nearest neighbours of each image, or all of them if there are fewer."""
        from sklearn.neighbors import NearestNeighbors

        found = NearestNeighbors(n_neighbors=min(k, len(images) - 1)).fit(images.reshape(len(images), -1))
        return cls(images, moments, found.kneighbors(return_distance=False), reach, elastic)

    def draw(self, n: int, rng: np.random.Generator) -> tuple[Images, Array]:
        """Return `n` warped images, which use the images in turn, and moments (n, m) for them."""
        base = in_turn(n, len(self.images), rng)
        ink = self.images[base].mean(axis=3)[:, None]
        bent, far = np.zeros((n, 2, *ink.shape[2:]), dtype=np.float32), 0.0
        for share in rng.dirichlet((1, 1, 1), size=n).T[:2].astype(np.float32):
            towards = self.near[base, rng.integers(self.near.shape[1], size=n)]
            field = fields(self.images[base], self.images[towards])
            bent += self.reach * share[:, None, None, None] * field
            far += float((field**2 * ink).sum() / max(4 * ink.sum(), 1e-9))  # 2 neighbours x 2 directions
        noise = max(np.sqrt(far), STILL) * smooth_noise(n, ink.shape[2:], rng)
        return displaced(self.images[base], bent + self.elastic * noise), self._moments(base, rng)

    def _moments(self, base: Array, rng: np.random.Generator) -> Array:
        """Draw around the moments of the base images from a kernel density estimate with Silverman's bandwidth.

        The draws are shrunk towards the mean, so that they keep the covariance of the moments.
        """
        n, width = self.moments.shape
        if not width:
            return np.empty((len(base), 0))
        centre, spread = self.moments.mean(axis=0), np.cov(self.moments.T) + 1e-9 * np.eye(width)
        bandwidth = (4 / (n * (width + 2))) ** (1 / (width + 4))
        noise = rng.multivariate_normal(np.zeros(width), spread, size=len(base))
        drawn: Array = centre + (self.moments[base] - centre + bandwidth * noise) / np.sqrt(1 + bandwidth**2)
        return drawn


def smooth_noise(n: int, size: tuple[int, int], rng: np.random.Generator, width: float = 4.0) -> Array:
    """Return random displacement fields, float32 (n, 2, h, w), of sd 1, smoothed over `width` pixels."""
    from scipy import ndimage

    noise = rng.standard_normal((n, 2, *size), dtype=np.float32)
    field: Array = ndimage.gaussian_filter(noise, (0, 0, width, width), mode="wrap")
    return field * np.float32(2 * np.sqrt(np.pi) * width)


def few(images: Images) -> bool:
    """Whether there are few enough images to use morphs of them (fewer than 200), and enough to make some (3)."""
    return 3 <= len(images) < FEW
