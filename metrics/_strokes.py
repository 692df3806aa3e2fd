"""Five numbers that describe the strokes of an image on an empty background."""

from __future__ import annotations

import numpy as np

from benchmark.api import Array, Images

NAMES = ("ink", "grey", "edge", "components", "speckles")
FAINT, SOLID = 0.1, 0.9  # pixels brighter than FAINT are ink; between the two they are grey
PART = 0.2  # connected pixels brighter than this form one component
SPECKLE = 0.02  # a speckle is brighter than each of its eight neighbours by more than this


def describe(images: Images) -> Array:
    """Return the five numbers for images (n, h, w, 1), float64 (n, 5), in the order of NAMES."""
    x = images[..., 0].astype(np.float64)
    ink = x.sum(axis=(1, 2))
    drawn = (x > FAINT).sum(axis=(1, 2))
    grey = ((x > FAINT) & (x < SOLID)).sum(axis=(1, 2))
    return np.stack(
        [ink, grey / np.maximum(drawn, 1), edges(x) / np.maximum(ink, 1), components(x), speckles(x)], axis=1
    )


def edges(x: Array) -> Array:
    """Return (n,): the sum of absolute differences between neighbouring pixels, for images (n, h, w)."""
    total: Array = np.abs(np.diff(x, axis=1)).sum(axis=(1, 2)) + np.abs(np.diff(x, axis=2)).sum(axis=(1, 2))
    return total


def components(x: Array) -> Array:
    """Return int64 (n,): the number of connected parts of each image (n, h, w); diagonal neighbours connect."""
    from scipy import ndimage

    within = np.zeros((3, 3, 3), dtype=int)
    within[1] = 1  # images are not connected to the next one in the stack
    parts, _ = ndimage.label(x > PART, structure=within)
    parts = parts.reshape(len(x), -1)
    highest = np.maximum.accumulate(parts.max(axis=1, initial=0))
    return np.diff(highest, prepend=0)


def speckles(x: Array) -> Array:
    """Return int64 (n,): the number of pixels brighter than each of their eight neighbours by more than SPECKLE.

    Pixels at the border have fewer neighbours and never count.
    """
    from scipy import ndimage

    ring = np.ones((1, 3, 3), dtype=bool)
    ring[0, 1, 1] = False
    around = ndimage.maximum_filter(x, footprint=ring, mode="constant", cval=np.inf)
    return np.asarray((x > around + SPECKLE).sum(axis=(1, 2)))
