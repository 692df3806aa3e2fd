"""Which values mean black and white: given by the user, or checked against the real images before scoring.

A wrong range falsifies every score. For example, exact copies saved in [-1, 1] and then clipped are no longer copies.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from benchmark.errors import InputError
from benchmark.images.image_set import ImageSet
from benchmark.text import number

if TYPE_CHECKING:
    from benchmark.api import Array, Images

AT = np.array([0.02, 0.1, 0.25, 0.5, 0.75, 0.9, 0.98])  # quantiles that are compared
ROUNDING = 0.05  # how far outside the range a model's output may lie
FAR, NEARER = 0.1, 0.4  # a suspicious mean difference of quantiles; an explanation leaves less than this share of it
STEP = float(np.float32(1) / np.float32(255))
ESCAPE = "or add --as-is if the values are correct"


def parse(text: str) -> tuple[float, float] | None:
    """Return the values of black and white from `--range`, or None for "". Raises InputError."""
    if not text:
        return None
    try:
        low, high = (number(word.strip()) for word in text.split(","))
    except ValueError:
        raise InputError(f"--range {text!r}: write two numbers, the values of black and white, such as -1,1.") from None
    if low == high:
        raise InputError(f"--range {text!r}: black and white must be two different numbers, such as -1,1.")
    return low, high


def converted(images: Array, bounds: tuple[float, float], where: str) -> Images:
    """Return images as float32 in [0, 1], scaled from the given bounds. Raises InputError if many lie outside."""
    low, high = bounds
    found = (images.astype(np.float64) - low) / (high - low)
    outside = float(((found < -ROUNDING) | (found > 1 + ROUNDING)).mean())
    if outside > ROUNDING:
        raise InputError(
            f"{where}: {outside:.0%} of the values lie outside --range {low:g},{high:g}; "
            f"they range from {images.min():g} to {images.max():g}."
        )
    return np.clip(found, 0, 1).astype(np.float32)


def plain(given: ImageSet, where: str) -> ImageSet:
    """Return bytes as they are, or numbers in [0, 1] as float32. Raises InputError on any other range."""
    if given.array.dtype == np.uint8:
        if all(block.max() <= STEP for block in given.blocks()):
            raise InputError(f"{where}: the values look like [0, 1] saved as bytes; add --range 0,1.")
        return given
    images = given.raw
    low, high = float(images.min()), float(images.max())
    if low >= -ROUNDING and high <= 1 + ROUNDING:
        return ImageSet.of(np.clip(images.astype(np.float32), 0, 1))
    seen = f"(they range from {low:g} to {high:g})"
    for end in (0.5, 1):
        if low >= -end - ROUNDING and high <= end + ROUNDING:
            raise InputError(f"{where}: the values look like [{-end:g}, {end:g}] {seen}; add --range {-end:g},{end:g}.")
    if low >= -255 * ROUNDING and 16 <= high <= 255 * (1 + ROUNDING):
        raise InputError(f"{where}: the values look like [0, 255] {seen}; add --range 0,255.")
    raise InputError(
        f"{where}: the values {seen} are neither bytes nor in [0, 1]; give the values of black and white with --range."
    )


def suspicion(images: Images, real: Images) -> tuple[str, str]:
    """Return what is probably wrong with the values of images (n, h, w, c) compared with real ones, and how to fix it.

    Both are "" if nothing looks wrong.
    """
    ends, found = np.quantile(real, AT), np.quantile(images, AT)
    low, top, full = float(images.min()), float(images.max()), float(real.max())
    if not top:
        return "all values are 0", "save the images again"
    if found[-1] < FAR * ends[-1]:
        return f"the values end at {top:g}, those of the real images at {full:g}", f"add --range 0,{top:g}"
    far = float(np.abs(found - ends).mean())
    explanations = (
        (
            1 - found[::-1],
            "the images look inverted (white on black in one set, black on white in the other)",
            "add --invert",
        ),
        (
            (found - 0.5) * 2,
            "the values look like [0.5, 1], as if [-1, 1] had been scaled to [0, 1] twice",
            "add --range 0.5,1",
        ),
        (
            (found - low) / max(top - low, STEP),
            f"the values range from {low:g} to {top:g}, those of the real images up to {full:g}",
            f"add --range {low:g},{top:g}",
        ),
    )
    for other, what, fix in explanations:
        if far > FAR and float(np.abs(other - ends).mean()) < NEARER * far:
            return what, fix
    made, own = _stretched(images), _stretched(real)
    if made > 0.95 and own < 0.5:
        return (
            f"each image is stretched to its own black and white ({made:.0%} of these, {own:.0%} of the real images)",
            "save all images with the same range",
        )
    return "", ""


def _stretched(images: Images) -> float:
    """Return the share of images whose values reach both ends of the range."""
    flat = images.reshape(len(images), -1)
    return float(((flat.min(axis=1) <= STEP) & (flat.max(axis=1) >= 1 - STEP)).mean())
