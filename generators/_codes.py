"""Codes: an image as a low-dimensional point, made of its registered principal components and its five moments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from generators._morphs import MORPHS, Morphs, few
from generators._register import Frame

if TYPE_CHECKING:
    from benchmark.api import Array, Images


@dataclass(frozen=True)
class Codes:
    """Converts registered images and moments into points, and points back into images."""

    frame: Frame
    pca: Any
    scale: Array  # factor per moment, so that each weighs as much as a typical component
    shape: tuple[int, ...]

    @classmethod
    def of(cls, frame: Frame, registered: Images, moments: Array, components: int) -> Codes:
        """Fit to registered images (n, h, w, c) and moments (n, m); `components` is reduced if there are fewer."""
        from sklearn.decomposition import PCA

        flat = registered.reshape(len(registered), -1).astype(np.float64)
        pca = PCA(min(components, len(flat) - 1, flat.shape[1]), svd_solver="full").fit(flat)
        typical = np.sqrt(pca.explained_variance_.mean())
        return cls(frame, pca, typical / np.maximum(moments.std(axis=0), 1e-3), registered.shape[1:])

    def points(self, registered: Images, moments: Array) -> Array:
        """Return float64 (n, components + m)."""
        flat = registered.reshape(len(registered), -1).astype(np.float64)
        return np.concatenate([self.pca.transform(flat), moments * self.scale], axis=1)

    def images(self, points: Array) -> Images:
        """Return images, float32 (n, h, w, c) in [0, 1], warped back to the moments that each point holds."""
        kept = self.pca.n_components_
        flat = self.pca.inverse_transform(points[:, :kept])
        registered = np.clip(flat, 0, 1).astype(np.float32).reshape(-1, *self.shape)
        return self.frame.restore(registered, points[:, kept:] / self.scale)


def encoded(real: Images, components: int, bank: int, rng: np.random.Generator) -> tuple[Codes, Array]:
    """Register training images (n, h, w, c); return their `Codes` and points, float64 (n, components + m).

    bank: number of morphs that replace the images if there are fewer than 200 of them; 0 for none.
    """
    frame = Frame.of(real)
    registered, moments = frame.register(real)
    if bank and few(real):
        registered, moments = Morphs.of(registered, moments, **MORPHS).draw(bank, rng)
    codes = Codes.of(frame, registered, moments, components)
    return codes, codes.points(registered, moments)
