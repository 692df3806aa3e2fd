"""Registration: warp images so that their moments up to the second agree, model the result, and warp back.

Handwritten digits differ most in position, size and slant. Once these are removed, the images of a class lie close
together, and a simple model of the remainder works well.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from generators._warp import affine_warp

if TYPE_CHECKING:
    from benchmark.api import Array, Images

MOMENTS = 5  # centre (row, column), logarithms of two spreads, slant
FAINT = 0.1  # darker pixels are background
ALIGNED = 0.75  # share of the pixel variance that may remain: digits keep .1 to .67, images without a slant .8 to 1.3
BLUR = 1.0  # pixels: applied before variances are compared, because warping blurs too


@dataclass(frozen=True)
class Frame:
    """The moments (5,) that images are warped to; None if moments mean nothing for these images."""

    moments: Array | None

    @classmethod
    def of(cls, images: Images) -> Frame:
        """Return the frame of the median moments of training images (n, h, w, c).

        Its moments are None, and images stay as they are, if the background is not mostly empty or if warping to the
        median leaves at least 75% of the pixel variance: then there is nothing that moments could align.
        """
        if min(images.shape[1:3]) < 4 or len(images) < 2 or (images > FAINT).mean() > 0.5:
            return cls(None)
        frame = cls(np.median(moments(images), axis=0))
        registered, _ = frame.register(images)
        return frame if _variance(registered) < ALIGNED * _variance(images) else cls(None)

    def register(self, images: Images) -> tuple[Images, Array]:
        """Return the images warped to this frame, and their own moments, float64 (n, 5); (n, 0) without a frame."""
        if self.moments is None:
            return images, np.empty((len(images), 0))
        own = moments(images)
        return _between(images, own, np.broadcast_to(self.moments, own.shape)), own

    def restore(self, registered: Images, own: Array) -> Images:
        """Return registered images (n, h, w, c) warped back to the moments `own` (n, 5)."""
        if self.moments is None:
            return registered
        return _between(registered, np.broadcast_to(self.moments, own.shape), own)


def moments(images: Images) -> Array:
    """Return float64 (n, 5): row and column of the centre of mass, log spreads of rows and of columns, slant.

    The slant is the number of columns that the strokes shift per row; the spread of columns is what remains without it.
    The spreads and the slant form the Cholesky factor of the covariance of the mass.
    """
    mass = np.maximum(images.mean(axis=3, dtype=np.float64), 0) + 1e-9
    total = mass.sum(axis=(1, 2))
    grid: Array = np.indices(images.shape[1:3], dtype=np.float64)

    def mean(values: Array) -> Array:
        found: Array = (mass * values).sum(axis=(1, 2)) / total
        return found

    row, column = mean(grid[0]), mean(grid[1])
    down: Array = grid[0] - row[:, None, None]
    right: Array = grid[1] - column[:, None, None]
    var_row = np.maximum(mean(down**2), 0.1)
    slant = mean(down * right) / var_row
    var_column = np.maximum(mean((right - slant[:, None, None] * down) ** 2), 0.1)
    return np.stack([row, column, np.log(var_row) / 2, np.log(var_column) / 2, slant], axis=1)


def _variance(images: Images) -> float:
    from scipy import ndimage

    return float(ndimage.gaussian_filter(images, (0, BLUR, BLUR, 0)).var(axis=0).sum())


def _between(images: Images, have: Array, want: Array) -> Images:
    """Warp images with the moments `have` (n, 5) to the moments `want` (n, 5), which may lie outside the image."""
    matrices = _factor(have) @ np.linalg.inv(_factor(want))
    return affine_warp(images, matrices, have[:, :2] - np.einsum("nij,nj->ni", matrices, want[:, :2]))


def _factor(moments: Array) -> Array:
    """Return the Cholesky factors (n, 2, 2) of the covariances, in (row, column)."""
    factors = np.zeros((len(moments), 2, 2))
    factors[:, 0, 0] = np.exp(moments[:, 2])
    factors[:, 1, 0] = moments[:, 4] * factors[:, 0, 0]
    factors[:, 1, 1] = np.exp(moments[:, 3])
    return factors
