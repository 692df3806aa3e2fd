"""Candidates for the source of an image that was moved: its best matches under a bank of affine changes."""

from __future__ import annotations

from itertools import product

import numpy as np

from benchmark.api import Array

SIDE = 28  # pixels: shifts are stated for images of this side, and scaled to others
TURNS, SHEAR, SCALES = (-10, -5, 5, 10), 0.2, (0.87, 1.15, 1.4)  # 1.4: undoes an image cropped and enlarged
COMPONENTS = 64
LOCAL = 3.0  # pixels: differences from the mean of this surrounding are compared
ROWS = 512


def affine_changes() -> list[tuple[Array, Array]]:
    """Return matrices (2, 2) and offsets (2,) in pixels of an image of side 28, in all combinations."""
    turns = [np.array([[np.cos(t), np.sin(t)], [-np.sin(t), np.cos(t)]]) for t in np.deg2rad(TURNS)]
    shears = [np.array([[1.0, 0.0], [s, 1.0]]) for s in (-SHEAR, SHEAR)]
    linear = [*turns, *shears, *(scale * np.eye(2) for scale in SCALES)]
    still = [(np.eye(2), np.array(d, dtype=float)) for d in product(range(-2, 3), repeat=2)]
    return still + [(m, np.array(d)) for m in linear for d in product((-1.5, 0.0, 1.5), repeat=2)]


def candidates(images: Array, among: Array, k: int, itself: Array) -> tuple[Array, Array]:
    """Return the `k` likeliest sources of images (n, h, w) among others (m, h, w), and which change shows each best.

    Both are int64 (n, k). Images are compared by the cosine of their local contrast, over the pixels that the change
    leaves inside, on the principal components of `among`: a change of the image, then the projection, is one matrix.
    itself: int64 (n,), the index in `among` of each image, or -1.
    """
    height, width = images.shape[1:]
    changes = affine_changes()
    of, others = _local(images), _local(among)
    _, axes = np.linalg.eigh((others.T @ others).astype(np.float64))
    axes = np.ascontiguousarray(axes[:, -COMPONENTS:].T.astype(np.float32))
    best = np.full((len(of), len(others)), -np.inf, dtype=np.float32)
    scale, sides = min(height, width) / SIDE, []
    for matrix, offset in changes:
        warp = _operator(height, width, matrix, scale * offset)
        seen = axes * (np.asarray(warp.sum(axis=1)).ravel() > 0.5)
        rows, columns = _unit(of @ (warp.T @ seen.T)), _unit(others @ seen.T)
        for start in range(0, len(of), ROWS):
            part = slice(start, start + ROWS)
            np.maximum(best[part], rows[part] @ columns.T, out=best[part])
        sides.append((rows, columns))
    there = np.flatnonzero(itself >= 0)
    best[there, itself[there]] = -np.inf
    found = np.argpartition(-best, k - 1, axis=1)[:, :k]
    likeness = np.stack([np.einsum("nd,nkd->nk", rows, columns[found]) for rows, columns in sides])
    return found, likeness.argmax(axis=0)


def _local(images: Array) -> Array:
    from scipy import ndimage

    around = ndimage.gaussian_filter(images, (0, LOCAL, LOCAL))
    return _unit((images - around).reshape(len(images), -1))


def _unit(rows: Array) -> Array:
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6))


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
