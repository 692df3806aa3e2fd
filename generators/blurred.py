"""The control `blurred`: fresh real pictures, slightly out of focus."""

from __future__ import annotations

import numpy as np

from benchmark.api import Context, Generator, Images, hookimpl
from generators._fresh import Fresh

SHARE, LEAST = 0.02, 0.5  # sigma: a share of the width, and at least this many pixels


class Blurred(Fresh):
    """Fresh real images, blurred with a Gaussian of sigma 2% of their width (at least .5 pixels).

    It is near to real images: a space in which it looks real cannot tell what is realistic. Only for pictures, that is,
    in colour or wider than 64 pixels.
    """

    name = "blurred"
    label = "Blurred"
    pictures = True

    def sample(self, n: int, ctx: Context) -> Images:
        """Return the first `n` of them, blurred, float (n, h, w, c)."""
        from scipy.ndimage import gaussian_filter

        images = super().sample(n, ctx)
        sigma = max(SHARE * images.shape[2], LEAST)
        return np.asarray(gaussian_filter(images, (0, sigma, sigma, 0)))


@hookimpl
def bench_generators() -> list[type[Generator]]:
    """Register the control."""
    return [Blurred]
