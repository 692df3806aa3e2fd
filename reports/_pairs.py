"""Pairs: synthetic images above the real ones that they come from, and what differs between the two."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from benchmark.api import Array, Images
from reports._png import LEVELS, laid_out, sheet

MORE, LESS = (43, 143, 199), (213, 94, 0)  # blue and orange: at least 3:1 on light and on dark paper, for all eyes
GAP = 3
FAINT = 0.6  # exponent of a difference: below 1, so that faint ones are seen


def pairs(images: Images, partners: Images, named: Sequence[str], *, ink: bool) -> dict[str, Any]:
    """Return two sheets, images (n, h, w, c) above their partners and the differences, and the names of the pairs."""
    return {
        "ink": ink,
        "both": sheet(np.concatenate([images, partners]), len(images), ink=ink, gap=GAP),
        "difference": laid_out(difference(images, partners), len(images), GAP),
        "named": list(named),
    }


def difference(images: Images, partners: Images) -> Array:
    """Return uint8 (n, h, w, 4): blue where images are brighter than their partners, orange where they are darker.

    Of colours, the channel that differs most is shown. Equal pixels are transparent, so that one picture serves
    light and dark pages.
    """
    channels = np.clip(images - partners, -1, 1)
    by = np.take_along_axis(channels, np.abs(channels).argmax(axis=3, keepdims=True), axis=3)[..., 0]
    shown = np.empty((*by.shape, 4), dtype=np.uint8)
    shown[..., :3] = np.where((by > 0)[..., None], MORE, LESS)
    shown[..., 3] = np.rint(np.rint(np.abs(by) ** FAINT * (LEVELS - 1)) * (255 / (LEVELS - 1)))
    shown[shown[..., 3] == 0] = 0
    return shown
