"""Distances that reveal copies and blends of training images."""

from __future__ import annotations

import numpy as np

from benchmark.api import Array, Evidence

ROWS = 256
NEAR = 0.5  # images nearer than this share of the median distance of held-out images are copies


def near_copies(evidence: Evidence) -> Array:
    """Return bool (n, 2): which synthetic images are nearly a training image, as they are and thresholded at .5."""
    made = evidence.neighbours("synthetic", "train", 1, "pixels").distances[:, 0]
    real = evidence.neighbours("held_out", "train", 1, "pixels").distances[:, 0]
    train = evidence.features("train", "pixels")
    binary = (
        nearest_binary(evidence.features(role, "pixels"), train, evidence.itself(role))
        for role in ("synthetic", "held_out")
    )
    made_binary, real_binary = binary
    near, near_binary = made < NEAR * np.median(real), made_binary < NEAR * np.median(real_binary)
    return np.stack([near, near_binary], axis=1)


def nearest_binary(of: Array, among: Array, itself: Array | None = None) -> Array:
    """Return float64 (n,): the distance of each row of `of` to the nearest row of `among`, all thresholded at .5.

    itself: int64 (n,), the index of each row in `among`, if it occurs there; it is left out.
    Squared distances count differing pixels. They are whole numbers, so the float32 product is exact to 2^24 pixels.
    """
    columns = (among > 0.5).astype(np.float32)
    lengths = columns.sum(axis=1)
    found = np.empty(len(of))
    for start in range(0, len(of), ROWS):
        rows = (of[start : start + ROWS] > 0.5).astype(np.float32)
        differing = rows.sum(axis=1)[:, None] + lengths - 2 * (rows @ columns.T)
        if itself is not None:
            differing[np.arange(len(rows)), itself[start : start + ROWS]] = np.inf
        found[start : start + ROWS] = np.sqrt(differing.min(axis=1))
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
