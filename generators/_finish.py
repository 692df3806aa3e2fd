"""The finish of smooth samples: the training images' tones, and no crumbs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from benchmark.api import Array, Images

QUANTILES = 2001
RAMP = 1e-7  # told apart by so much, equal quantiles keep their order
FAINT = 0.1  # brighter pixels that touch are one component
CRUMB = 0.01  # of an image's pixels: smaller components are crumbs (8 of 28 x 28)
REAL_CRUMBS = 0.05  # where more of the training images have some, they are kept


@dataclass(frozen=True)
class Finish:
    """A tone curve, and whether crumbs are cleaned. Fitted once: image i does not depend on how many are made."""

    have: Array
    want: Array
    clean: bool
    blur: float = 0.0  # pixels, before the tone curve: takes the grain out of a GAN's images

    @classmethod
    def of(cls, drawn: Images, real: Images, blur: float = 0.0) -> Finish:
        """Learn the rising curve that gives a large draw (m, h, w, c) the pixel histogram of `real` (n, h, w, c)."""
        drawn = _blurred(drawn, blur)
        at = np.linspace(0, 1, QUANTILES)
        ramp = np.arange(QUANTILES) * RAMP
        have, want = (np.quantile(images, at) for images in (drawn, real))
        clean = real.shape[3] == 1 and float((crumbs(real).any(axis=(1, 2, 3))).mean()) < REAL_CRUMBS
        return cls(have + ramp, want, clean, blur)

    def __call__(self, images: Images) -> Images:
        """Return the images (n, h, w, c) in the training images' tones, cleaned where those are clean."""
        toned = np.interp(_blurred(images, self.blur), self.have, self.want).astype(np.float32)
        return np.where(crumbs(toned), 0, toned).astype(np.float32) if self.clean else toned


def _blurred(images: Images, blur: float) -> Images:
    from scipy import ndimage

    return np.asarray(ndimage.gaussian_filter(images, (0, blur, blur, 0))) if blur else images


def crumbs(images: Images) -> Array:
    """Return bool (n, h, w, 1): which pixels of one-channel images belong to components that are too small."""
    from scipy import ndimage

    within = np.zeros((3, 3, 3), dtype=int)
    within[1] = 1  # no image touches the next one of the stack
    parts, count = ndimage.label(images[..., 0] > FAINT, structure=within)
    sizes = np.bincount(parts.ravel(), minlength=count + 1)
    small = sizes <= CRUMB * images[0, ..., 0].size
    small[0] = False
    return np.asarray(small[parts][..., None])
