"""Numbers that describe the strokes of an image on an empty background."""

from __future__ import annotations

import numpy as np

from benchmark.api import Array

NAMES = ("ink", "grey", "edge", "components", "speckles")
# All in units of the contrast of real images.
FAINT, SOLID = 0.1, 0.9  # pixels brighter than FAINT are ink; between the two they are grey
PART = 0.2  # connected pixels brighter than this form one component
SPECKLE = 0.02  # a speckle is brighter than each of its eight neighbours by more than this
LEAST = 0.1  # smaller amounts count as this much: the log of none is not finite


def describe(x: Array) -> Array:
    """Return the five numbers for images (n, h, w), float64 (n, 5), in the order of NAMES."""
    ink = x.sum(axis=(1, 2))
    speckles = (prominences(x) > SPECKLE).sum(axis=(1, 2))
    return np.stack([ink, grey_share(x), edges(x) / np.maximum(ink, 1), components(x), speckles], axis=1)


def comparable(x: Array, numbers: Array) -> Array:
    """Return what `describe` found as numbers of one scale, float64 (n, 5): .1 more is about 10% more.

    Logs of ink, edges and components; the share of grey in units of the image's own brightest pixel, since a dim image
    is not a grey one; and instead of the number of speckles, how far the most prominent one stands out: a bright one is
    a fault, a hundred faint ones are noise.
    """
    ink, _, edge, parts, _ = numbers.T
    own = grey_share(x / np.maximum(x.max(axis=(1, 2), keepdims=True), LEAST))
    most = prominences(x).reshape(len(x), -1).max(axis=1).clip(0)
    return np.stack([np.log(np.maximum(ink, LEAST)), own, np.log(np.maximum(edge, LEAST)), np.log1p(parts), most], 1)


def grey_share(x: Array) -> Array:
    """Return (n,): the share of the pixels of ink that are grey, for images (n, h, w)."""
    drawn = x > FAINT
    return np.asarray((drawn & (x < SOLID)).sum(axis=(1, 2)) / np.maximum(drawn.sum(axis=(1, 2)), 1))


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


def prominences(x: Array) -> Array:
    """Return (n, h, w): by how much each pixel is brighter than the brightest of its eight neighbours.

    Pixels at the border have fewer neighbours and are never prominent.
    """
    from scipy import ndimage

    ring = np.ones((1, 3, 3), dtype=bool)
    ring[0, 1, 1] = False
    return np.asarray(x - ndimage.maximum_filter(x, footprint=ring, mode="constant", cval=np.inf))
