"""Distances to blends: images that mix two or three training images, and which these are."""

from __future__ import annotations

import numpy as np

from benchmark.api import Array

ROWS = 64
BLENDED = 0.3  # images nearer to a blend than this share of the distance to the nearest training image, toned
PAIRED, MIXED = 10, 50  # nearest training images of which pairs are tried, and of which any mixture is
TINY = 1e-9


def blends(of: Array, among: Array, indices: Array) -> tuple[Array, Array]:
    """Return bool (n, 2), which rows of `of` blend two and which three rows of `among`, and these, int64 (n, 3).

    indices: int64 (n, k >= 2), the nearest rows of `among`, in order. The parents are sorted by their weight.
    An image is a blend if it is nearer to it than BLENDED of its distance to one training image, with any contrast and
    brightness: a dimmed image is a blend with a dark one, and yet comes from one image alone.
    """
    parents = heaviest(of, among, indices[:, :MIXED])
    two = np.minimum(to_segments(of, among, indices[:, :PAIRED]), to_segments(of, among, parents))
    three = np.minimum(two, to_triangles(of, among, parents)) if parents.shape[1] == 3 else two
    limit = BLENDED * toned(of, among, indices[:, :MIXED])
    return np.stack([two < limit, (three < limit) & (two >= limit)], axis=1), parents


def heaviest(of: Array, among: Array, indices: Array) -> Array:
    """Return int64 (n, 3 or fewer): the neighbours with the largest weights in the mixture nearest to each row of `of`.

    The mixture minimises |x w| with w >= 0 and sum w = 1, for neighbours x seen from the image: least squares with
    non-negative weights (Lawson and Hanson 1974) of |x w|^2 + s^2 (sum w - 1)^2, whose solution is a multiple of w.
    """
    from scipy.linalg import cholesky, solve_triangular
    from scipy.optimize import nnls

    found = np.empty((len(of), min(3, indices.shape[1])), dtype=np.int64)
    for start in range(0, len(of), ROWS):
        rows = slice(start, start + ROWS)
        seen = np.subtract(among[indices[rows]], of[rows][:, None], dtype=np.float64)
        for i, products in enumerate(seen @ seen.transpose(0, 2, 1), start):
            size = max(float(np.trace(products)) / len(products), TINY)
            upper = cholesky(products + size * (1 + 1e-9 * np.eye(len(products))))
            weights, _ = nnls(upper, solve_triangular(upper, np.full(len(products), size), trans=1))
            found[i] = indices[i, np.argsort(-weights, kind="stable")[: found.shape[1]]]
    return found


def toned(of: Array, among: Array, indices: Array) -> Array:
    """Return float64 (n,): the distance of each row of `of` to one neighbour, in any contrast and brightness."""
    found = np.empty(len(of))
    for start in range(0, len(of), ROWS):
        rows = slice(start, start + ROWS)
        image, near = (x - x.mean(axis=-1, keepdims=True, dtype=np.float64) for x in (of[rows], among[indices[rows]]))
        along = np.maximum(np.einsum("nd,nkd->nk", image, near), 0) ** 2
        left = np.square(image).sum(axis=1)[:, None] - along / np.maximum(np.square(near).sum(axis=2), TINY)
        found[rows] = np.sqrt(np.maximum(left, 0).min(axis=1))
    return found


def to_segments(of: Array, among: Array, indices: Array) -> Array:
    """Return float64 (n,): the distance of each row of `of` to the nearest segment between two of its neighbours.

    indices: int64 (n, k >= 2), the neighbours as rows of `among`. With the image as the origin, the segment from p to q
    is nearest at t = -p.(q - p) / |q - p|^2, clipped to [0, 1]; the scalar products of the neighbours give all of this.
    """
    one, two = np.triu_indices(indices.shape[1], 1)
    found = np.empty(len(of))
    for start in range(0, len(of), ROWS):
        rows = slice(start, start + ROWS)
        seen = np.subtract(among[indices[rows]], of[rows][:, None], dtype=np.float64)
        products = seen @ seen.transpose(0, 2, 1)
        pp, qq, pq = products[:, one, one], products[:, two, two], products[:, one, two]
        length = pp + qq - 2 * pq
        with np.errstate(divide="ignore", invalid="ignore"):
            t = np.clip(np.nan_to_num((pp - pq) / length), 0, 1)
        squared = pp + 2 * t * (pq - pp) + t * t * length
        found[rows] = np.sqrt(np.maximum(squared, 0).min(axis=1))
    return found


def to_triangles(of: Array, among: Array, corners: Array) -> Array:
    """Return float64 (n,): the distance of each row of `of` to the plane of a triangle, inf if the foot is outside.

    corners: int64 (n, 3), rows of `among`. With the image as the origin, the foot is p + u (q - p) + v (r - p) at the
    minimum of its length, in the triangle if u, v >= 0 and u + v <= 1; the nearest point is on a segment otherwise.
    """
    p, q, r = (np.subtract(among[corners[:, i]], of, dtype=np.float64) for i in range(3))
    one, two = q - p, r - p
    aa, bb, ab = (np.einsum("nd,nd->n", x, y) for x, y in ((one, one), (two, two), (one, two)))
    pa, pb = (-np.einsum("nd,nd->n", p, x) for x in (one, two))
    determinant = aa * bb - ab * ab
    with np.errstate(divide="ignore", invalid="ignore"):
        u, v = (pa * bb - pb * ab) / determinant, (pb * aa - pa * ab) / determinant
    inside = (determinant > TINY * aa * bb) & (u >= 0) & (v >= 0) & (u + v <= 1)
    foot = p + np.where(inside, u, 0)[:, None] * one + np.where(inside, v, 0)[:, None] * two
    return np.where(inside, np.linalg.norm(foot, axis=1), np.inf)
