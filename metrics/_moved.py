"""Candidates for the source of an image that was moved: its best matches under a bank of affine changes."""

from __future__ import annotations

from functools import cache
from itertools import product

import numpy as np

from benchmark.api import Array

SIDE = 28  # pixels: shifts are stated for images of this side, and scaled to others
TURNS, SHEAR, SCALES = (-10, -5, 5, 10), 0.2, (0.87, 1.15, 1.4)  # 1.4: undoes an image cropped and enlarged
COMPONENTS = 64
LOCAL = 3.0  # pixels: differences from the mean of this surrounding are compared
ROWS, TOGETHER = 512, 4096  # images that are compared at a time, and of which likenesses are in memory


def affine_changes() -> list[tuple[Array, Array]]:
    """Return matrices (2, 2) and offsets (2,) in pixels of an image of side 28, in all combinations."""
    turns = [np.array([[np.cos(t), np.sin(t)], [-np.sin(t), np.cos(t)]]) for t in np.deg2rad(TURNS)]
    shears = [np.array([[1.0, 0.0], [s, 1.0]]) for s in (-SHEAR, SHEAR)]
    linear = [*turns, *shears, *(scale * np.eye(2) for scale in SCALES)]
    still = [(np.eye(2), np.array(d, dtype=float)) for d in product(range(-2, 3), repeat=2)]
    return still + [(m, np.array(d)) for m in linear for d in product((-1.5, 0.0, 1.5), repeat=2)]


class Bank:
    """Real images (m, h, w) under a bank of affine changes, among which the sources of other images are searched for.

    Images are compared by the cosine of their local contrast, over the pixels that a change leaves inside, on the
    principal components of the real images: a change of an image, then the projection, is one matrix.
    """

    def __init__(self, images: Array) -> None:
        height, width = self.shape = images.shape[1:]
        real = _local(images)
        _, axes = np.linalg.eigh((real.T @ real).astype(np.float64))
        axes = np.ascontiguousarray(axes[:, -COMPONENTS:].T.astype(np.float32))
        seen = [axes * inside for _, inside in _operators(height, width)]
        self.axes = [warp.T @ each.T for (warp, _), each in zip(_operators(height, width), seen, strict=True)]
        self.real = [_unit(real @ each.T) for each in seen]

    def candidates(self, images: Array, k: int, itself: Array) -> tuple[Array, Array]:
        """Return the `k` likeliest sources of images (n, h, w), and which change shows each best, both int64 (n, k).

        itself: int64 (n,), the index among the real images of each image, or -1.
        """
        parts = [slice(start, start + TOGETHER) for start in range(0, len(images), TOGETHER)]
        found = [self._candidates(images[part], k, itself[part]) for part in parts]
        near, change = zip(*found, strict=True)
        return np.concatenate(near), np.concatenate(change)

    def _candidates(self, images: Array, k: int, itself: Array) -> tuple[Array, Array]:
        of = _local(images)
        changed = [_unit(of @ axes) for axes in self.axes]
        best = np.full((len(of), len(self.real[0])), -np.inf, dtype=np.float32)
        for rows, columns in zip(changed, self.real, strict=True):
            for start in range(0, len(of), ROWS):
                part = slice(start, start + ROWS)
                np.maximum(best[part], rows[part] @ columns.T, out=best[part])
        there = np.flatnonzero(itself >= 0)
        best[there, itself[there]] = -np.inf
        found = np.argpartition(-best, k - 1, axis=1)[:, :k]
        sides = zip(changed, self.real, strict=True)
        likeness = np.stack([np.einsum("nd,nkd->nk", rows, columns[found]) for rows, columns in sides])
        return found, likeness.argmax(axis=0)


def _local(images: Array) -> Array:
    from scipy import ndimage

    around = ndimage.gaussian_filter(images, (0, LOCAL, LOCAL))
    return _unit((images - around).reshape(len(images), -1))


def _unit(rows: Array) -> Array:
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6))


@cache
def _operators(height: int, width: int) -> list[tuple[Array, Array]]:
    """Return each change as a sparse matrix (h * w, h * w), and which pixels it leaves inside, bool (h * w,)."""
    scale = min(height, width) / SIDE
    warps = [_operator(height, width, matrix, scale * offset) for matrix, offset in affine_changes()]
    return [(warp, np.asarray(warp.sum(axis=1)).ravel() > 0.5) for warp in warps]


def _operator(height: int, width: int, matrix: Array, offset: Array) -> Array:
    """Return the sparse matrix (h * w, h * w) of an affine warp about the centre: bilinear, zero outside."""
    from scipy import sparse

    grid = np.indices((height, width)).reshape(2, -1)
    centre = (np.array([[height], [width]]) - 1) / 2
    at = matrix @ (grid - centre) + centre + offset[:, None]
    corner = np.floor(at).astype(np.int64)
    share = at - corner
    entries = []
    for down, right in product((0, 1), repeat=2):
        row, column = corner[0] + down, corner[1] + right
        weight = np.where(down, share[0], 1 - share[0]) * np.where(right, share[1], 1 - share[1])
        inside = (row >= 0) & (row < height) & (column >= 0) & (column < width) & (weight > 0)
        entries.append((weight[inside], np.flatnonzero(inside), (row * width + column)[inside]))
    weights, rows, columns = (np.concatenate(each) for each in zip(*entries, strict=True))
    size = height * width
    found: Array = sparse.csr_matrix((weights.astype(np.float32), (rows, columns)), shape=(size, size))
    return found
