"""Images normalised for position, size and slant: what a warped copy still shares with its original."""

from __future__ import annotations

import numpy as np

from benchmark.api import Array, Images

CHUNK = 256  # images resampled together
SPREAD = 0.24  # standard deviation of the ink after scaling, as a share of the shorter side
TINY = 1e-9


def normalised(images: Images) -> Array:
    """Return float32 (n, h * w): images (n, h, w, 1), made upright, scaled to one size and centred.

    Brightness is treated as mass. The columns are sheared until the covariance of rows and columns is 0, the image is
    scaled as a whole until both variances add up to SPREAD^2 h^2 (h is the shorter side), and its centre of mass is
    moved to the middle. Interpolation is bilinear, with zeros outside the image.
    """
    found = np.empty((len(images), images[0].size), dtype=np.float32)
    for start in range(0, len(images), CHUNK):
        part = slice(start, start + CHUNK)
        found[part] = _normalised(images[part, ..., 0].astype(np.float64))
    return found


def _normalised(x: Array) -> Array:
    from scipy import ndimage

    n, height, width = x.shape
    rows, columns = np.arange(height), np.arange(width)
    mass = np.maximum(x.sum(axis=(1, 2)), TINY)
    row, column = x.sum(axis=2) @ rows / mass, x.sum(axis=1) @ columns / mass
    down, right = rows - row[:, None], columns - column[:, None]
    tall = np.einsum("nij,ni,ni->n", x, down, down) / mass
    wide = np.einsum("nij,nj,nj->n", x, right, right) / mass
    both = np.einsum("nij,ni,nj->n", x, down, right) / mass
    slant = both / np.maximum(tall, TINY)
    upright = np.maximum(wide - slant * both, 0)  # the variance of columns after shearing
    scale = np.sqrt(tall + upright) / (SPREAD * min(height, width))
    y = scale[:, None, None] * (rows - (height - 1) / 2)[:, None]
    at = np.empty((3, n, height, width))
    at[0] = np.arange(n)[:, None, None]
    at[1] = row[:, None, None] + y
    at[2] = scale[:, None, None] * (columns - (width - 1) / 2) + slant[:, None, None] * y + column[:, None, None]
    return np.asarray(ndimage.map_coordinates(x, at, order=1, mode="constant")).reshape(n, -1)
