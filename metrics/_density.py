"""Clipped Density: the contributions of images, and their mean relative to that of real images."""

from __future__ import annotations

import numpy as np

from benchmark.api import Array


def clipped_radii(distances: Array) -> Array:
    """Return the radii of the balls: distances (n,) to the k-th neighbour, of which none exceeds the median."""
    cut: Array = np.minimum(distances, np.median(distances))
    return cut


def share(balls: Array, k: int) -> Array:
    """Return the contribution of images that lie in `balls` (n,) balls of k neighbours, in [0, 1]."""
    found: Array = np.minimum(balls / k, 1)
    return found


def relative(made: Array, real: Array) -> Array:
    """Return the mean contribution of synthetic images over that of real ones, at most 1."""
    found: Array = np.minimum(made / np.maximum(real, 1e-12), 1)
    return found
