"""The space of pixels: the images themselves, flattened; large ones are reduced first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from benchmark.evidence.known import once
from benchmark.images.image_set import BLOCK

if TYPE_CHECKING:
    from benchmark.api import Array, Images
    from benchmark.images.image_set import ImageSet

LARGEST = 64  # pixels: images with a longer side are reduced
SIDE = 32  # pixels of the longer side then, or slightly more


def reduced(images: Images) -> Images:
    """Return images (n, h, w, c) with a longer side of 32 to 63 pixels if it is above 64: the means of square blocks.

    Pixels that do not fill a block, at the lower and right border, are left out. Distances between reduced images find
    copies as well as those between the images themselves, and memory does not grow with their size.
    """
    by = max(images.shape[1:3]) // SIDE
    if max(images.shape[1:3]) <= LARGEST or by > min(images.shape[1:3]):
        return images
    n, height, width, channels = len(images), images.shape[1] // by, images.shape[2] // by, images.shape[3]
    whole = images[:, : height * by, : width * by]
    found: Images = whole.reshape(n, height, by, width, by, channels).mean(axis=(2, 4), dtype=np.float32)
    return found


def pixels_of(images: ImageSet) -> Array:
    """Return the pixels of a set, float32 (n, d), read in blocks."""
    return once(images, "pixels", lambda: _pixels(images)) if images.size > BLOCK else _pixels(images)


def _pixels(images: ImageSet) -> Array:
    if not len(images):
        return reduced(images.images).reshape(0, -1)
    found = [reduced(block).reshape(len(block), -1) for block in images.blocks()]
    return np.ascontiguousarray(found[0] if len(found) == 1 else np.concatenate(found), dtype=np.float32)
