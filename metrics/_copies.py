"""Distances that reveal copies and blends of training images."""

from __future__ import annotations

import numpy as np

from benchmark.api import Array, Evidence

ROWS = 256
TWIN = 0.1  # a held-out image that is nearer to a training image than this share of what comes next is its twin
TWINS, FEW = 0.02, 4  # twins above this share, and above this number, are too many
NEAR = 0.5  # images nearer than this share of the median distance of held-out images are copies,
NEXT = 5  # if they are also nearer than that share of the mean distance to the 5 images that come next


def near_twins(evidence: Evidence) -> str:
    """Return why copies cannot be judged: too many held-out images have a near-twin in the training images; or ""."""
    k = min(NEXT + 1, evidence.count("train") - 1)
    real = evidence.neighbours("held_out", "train", k, "pixels").distances
    count = int((real[:, 0] < TWIN * real[:, 1:].mean(axis=1)).sum()) if k > 1 else 0
    if count <= max(FEW, TWINS * len(real)):
        return ""
    return (
        f"{count / len(real):.0%} of the held-out real images are nearly the same as a training image, so copies "
        "cannot be told apart from new images; remove near-duplicates from the real images"
    )


def near_copies(evidence: Evidence) -> Array:
    """Return bool (n, 2): which synthetic images are nearly a training image, as they are and in two tones.

    See `is_near` and `nearest_binary`.
    """
    train, k = evidence.features("train", "pixels"), min(NEXT + 1, evidence.count("train") - 1)
    made, real = (evidence.neighbours(role, "train", k, "pixels").distances for role in ("synthetic", "held_out"))
    made_binary, real_binary = (
        nearest_binary(evidence.features(role, "pixels"), train, k, evidence.itself(role))
        for role in ("synthetic", "held_out")
    )
    return np.stack([is_near(made, real), is_near(made_binary, real_binary)], axis=1)


def is_near(made: Array, real: Array) -> Array:
    """Return bool (n,), which images are near copies, from the distances to the nearest of both, in order.

    made: float (n, k), of synthetic images to those that may have been copied. real: float (m, 1 or more), of held-out
    images to training images.

    The second condition keeps images apart that are near everything: in a dense region of the data, or pale ones.
    """
    nearer = made[:, 0] < NEAR * made[:, 1:].mean(axis=1) if made.shape[1] > 1 else True
    return np.asarray((made[:, 0] < NEAR * np.median(real[:, 0])) & nearer)


def nearest_binary(of: Array, among: Array, k: int, itself: Array | None = None) -> Array:
    """Return float64 (n, k): the distances of each row of `of` to the nearest rows of `among`, in two tones.

    Each image is thresholded at the middle of its own range, so that a dimmed copy differs in no pixel.

    itself: int64 (n,), the index of each row in `among`, if it occurs there; it is left out.
    Squared distances count differing pixels. They are whole numbers, so the float32 product is exact to 2^24 pixels.
    """
    columns = _two_tones(among)
    lengths = columns.sum(axis=1)
    found = np.empty((len(of), k))
    for start in range(0, len(of), ROWS):
        rows = _two_tones(of[start : start + ROWS])
        differing = rows.sum(axis=1)[:, None] + lengths - 2 * (rows @ columns.T)
        if itself is not None:
            differing[np.arange(len(rows)), itself[start : start + ROWS]] = np.inf
        found[start : start + ROWS] = np.sqrt(np.sort(np.partition(differing, k - 1, axis=1)[:, :k], axis=1))
    return found


def _two_tones(rows: Array) -> Array:
    middle = (rows.min(axis=1, keepdims=True) + rows.max(axis=1, keepdims=True)) / 2
    return np.asarray(rows > middle, dtype=np.float32)
