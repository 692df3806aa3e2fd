"""Limits taken from real images: their contrast, and how far a number may lie outside their range."""

from __future__ import annotations

import numpy as np

from benchmark.api import Array, Evidence, Images

FLAT = "the held-out images have no contrast: most of them have the same value in all pixels"


def grey(images: Images) -> Array:
    """Return the mean of the channels of images (n, h, w, c), float64 (n, h, w); exact if the channels are equal."""
    offset = (images - images[..., :1]).mean(axis=-1, dtype=np.float64)
    return np.asarray(images[..., 0] + offset)


def contrast(evidence: Evidence) -> float:
    """Return the median over the held-out images of the difference of their brightest and darkest pixel."""
    return float(np.median(evidence.over("held_out", lambda images: np.ptp(grey(images), axis=(1, 2)))))


def graded(found: Array, low: Array, high: Array, tolerance: float) -> Array:
    """Return for each row of `found` (n, d) how well it keeps to the limits (d,), float64 (n,) in [0, 1].

    A number is 1 within its limits and falls linearly to 0 at `tolerance` outside them; the smallest of d counts.
    """
    outside = np.maximum(np.maximum(low - found, found - high), 0)
    kept: Array = 1 - (outside / tolerance).clip(0, 1).max(axis=1)
    return kept
