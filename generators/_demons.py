"""Demons registration: the displacement fields that warp one image into another, for many pairs at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from benchmark.api import Array, Images

STEPS = 20
SMOOTH = 1.5  # pixels: the field is smoothed this much after each step
BLUR = 1.0  # pixels: the images are blurred this much before they are compared
EVEN = 0.01  # keeps the step finite where both images are flat


def fields(moving: Images, fixed: Images) -> Array:
    """Return the displacements, float32 (n, 2, h, w) in pixels, that make `moving` look like `fixed`.

    `displaced` applies them. Both sets of images are (n, h, w, c); several channels are averaged. Source: Thirion:
    Image matching as a diffusion process, Medical Image Analysis 1998, equation 4, with the gradient of the fixed
    image.
    """
    from scipy import ndimage

    one, other = (ndimage.gaussian_filter(i.mean(axis=3), (0, BLUR, BLUR)) for i in (moving, fixed))
    if min(one.shape[1:]) < 2:
        return np.zeros((len(one), 2, *one.shape[1:]), dtype=np.float32)  # nothing to move
    slope = np.stack(np.gradient(other, axis=(1, 2)), axis=1)
    steep = (slope**2).sum(axis=1)
    field = np.zeros_like(slope)
    for _ in range(STEPS):
        apart = other - displaced(one[..., None], field)[..., 0]
        field += (apart / (steep + apart**2 + EVEN))[:, None] * slope
        field = ndimage.gaussian_filter(field, (0, 0, SMOOTH, SMOOTH))
    return field


def displaced(images: Images, field: Array) -> Images:
    """Return float32 (n, h, w, c): at position p, the image's value at p + field[p], where field is (n, 2, h, w)."""
    n, height, width = images.shape[:3]
    at = np.indices((height, width), dtype=np.float32) + field
    row, column = np.clip(at[:, 0], 0, height - 1), np.clip(at[:, 1], 0, width - 1)
    top, left = row.astype(np.int64), column.astype(np.int64)
    bottom, right = np.minimum(top + 1, height - 1), np.minimum(left + 1, width - 1)
    down, aside = (row - top)[..., None].astype(np.float32), (column - left)[..., None].astype(np.float32)
    each = np.arange(n)[:, None, None]
    upper = images[each, top, left] * (1 - aside) + images[each, top, right] * aside
    lower = images[each, bottom, left] * (1 - aside) + images[each, bottom, right] * aside
    made: Images = upper * (1 - down) + lower * down
    return made
