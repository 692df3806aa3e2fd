"""Affine warps of many images, with bilinear interpolation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from benchmark.api import Array, Images

CHUNK = 256  # images warped together: few enough to stay in the cache


def affine_warp(images: Images, matrices: Array, offsets: Array) -> Images:
    """Warp each image (n, h, w, c) by its own affine map, with bilinear interpolation and zeros outside the image.

    matrices: (n, 2, 2), offsets: (n, 2); the result at (row, column) p is the image's value at matrix @ p + offset, as
    in `scipy.ndimage.affine_transform` with `order=1, mode="grid-constant"`.
    """
    warped = np.empty_like(images)
    for start in range(0, len(images), CHUNK):
        part = slice(start, start + CHUNK)
        warped[part] = _warp(images[part], matrices[part].astype(np.float32), offsets[part].astype(np.float32))
    return warped


def _warp(images: Images, matrices: Array, offsets: Array) -> Images:
    n, height, width, channels = images.shape
    grid = np.indices((height, width), dtype=np.float32).reshape(2, -1)
    at = matrices @ grid + offsets[:, :, None] + np.float32(1)  # (n, 2, h * w), in the padded image
    padded = np.pad(images, ((0, 0), (1, 1), (1, 1), (0, 0))).reshape(-1, channels)
    row, down = _split(at[:, 0], height)
    column, right = _split(at[:, 1], width)
    corner = row * (width + 2) + column + np.arange(n)[:, None] * ((height + 2) * (width + 2))
    upper = _blend(padded, corner, right)
    lower = _blend(padded, corner + (width + 2), right)
    warped: Images = upper + down[..., None] * (lower - upper)
    return warped.reshape(images.shape)


def _split(at: Array, size: int) -> tuple[Array, Array]:
    """Return the pixel before each coordinate, and the coordinate's distance from it, 0 to 1."""
    at = np.clip(at, 0, size + 1)
    before = np.minimum(at.astype(np.int64), size)
    return before, at - before.astype(np.float32)


def _blend(pixels: Array, corner: Array, weight: Array) -> Array:
    one: Array = np.take(pixels, corner, axis=0)  # faster than pixels[corner]
    two: Array = np.take(pixels, corner + 1, axis=0)
    return np.asarray(one + weight[..., None] * (two - one))
