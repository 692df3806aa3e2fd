"""Finishing of smooth samples: match the tones of the training images and remove specks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from benchmark.api import Array, Images

QUANTILES = 2001
RAMP = 1e-7  # separates equal quantiles, so that they keep their order
FAINT = 0.1  # touching pixels brighter than this form one component
CRUMB = 0.01  # share of an image's pixels: components no larger than this are specks (7 pixels of 28 x 28)
REAL_CRUMBS = 0.05  # specks are kept if at least this share of the training images has any


@dataclass(frozen=True)
class Finish:
    """A tone curve, and whether to remove specks. Fitted once: image i does not depend on how many are sampled."""

    have: Array
    want: Array
    clean: bool
    blur: float = 0.0  # pixels, before the tone curve: takes the grain out of a GAN's images

    @classmethod
    def of(cls, drawn: Images, real: Images, blur: float = 0.0) -> Finish:
        """Fit the increasing curve that maps the pixel histogram of a large sample (m, h, w, c) to that of `real`."""
        drawn = _blurred(drawn, blur)
        at = np.linspace(0, 1, QUANTILES)
        ramp = np.arange(QUANTILES) * RAMP
        have, want = (np.quantile(images, at) for images in (drawn, real))
        clean = real.shape[3] == 1 and float((crumbs(real).any(axis=(1, 2, 3))).mean()) < REAL_CRUMBS
        return cls(have + ramp, want, clean, blur)

    def __call__(self, images: Images) -> Images:
        """Return the images (n, h, w, c) in the tones of the training images; specks are removed if those have none."""
        toned = np.interp(_blurred(images, self.blur), self.have, self.want).astype(np.float32)
        return np.where(crumbs(toned), 0, toned).astype(np.float32) if self.clean else toned


def _blurred(images: Images, blur: float) -> Images:
    from scipy import ndimage

    return np.asarray(ndimage.gaussian_filter(images, (0, blur, blur, 0))) if blur else images


def crumbs(images: Images) -> Array:
    """Return bool (n, h, w, 1): which pixels of one-channel images belong to specks, i.e. to very small components."""
    from scipy import ndimage

    within = np.zeros((3, 3, 3), dtype=int)
    within[1] = 1  # images are not connected to the next one in the stack
    parts, count = ndimage.label(images[..., 0] > FAINT, structure=within)
    sizes = np.bincount(parts.ravel(), minlength=count + 1)
    small = sizes <= CRUMB * images[0, ..., 0].size
    small[0] = False
    return np.asarray(small[parts][..., None])
