"""Ways to disguise a copy of an image: moved, warped, with other strokes, or recoloured."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np

from benchmark.api import Array, Images

STILL = np.eye(2)


def moved(images: Images, matrices: Array, offsets: Array) -> Images:
    """Return images (n, h, w, c) warped about their centre by matrices (n, 2, 2) and shifted by offsets (n, 2)."""
    from scipy import ndimage

    centre = (np.array(images.shape[1:3]) - 1) / 2
    made = np.empty_like(images)
    for i, (matrix, offset) in enumerate(zip(matrices, offsets, strict=True)):
        for channel in range(images.shape[3]):
            made[i, ..., channel] = ndimage.affine_transform(
                images[i, ..., channel], matrix, centre - matrix @ centre + offset, order=1
            )
    return made


def shifted(images: Images, rng: np.random.Generator, by: int) -> Images:
    """Shift each image by `by` pixels along one axis or both."""
    steps = np.array([(a, b) for a in (-by, 0, by) for b in (-by, 0, by) if a or b], dtype=float)
    return moved(images, np.repeat(STILL[None], len(images), 0), steps[rng.integers(len(steps), size=len(images))])


def turned(images: Images, rng: np.random.Generator, by: float) -> Images:
    """Turn each image by `by` degrees, either way."""
    angle = np.deg2rad(by) * _signs(images, rng)
    cos, sin = np.cos(angle), np.sin(angle)
    return moved(images, np.moveaxis(np.array([[cos, sin], [-sin, cos]]), 2, 0), np.zeros((len(images), 2)))


def sheared(images: Images, rng: np.random.Generator, by: float) -> Images:
    """Slant each image by `by`, either way."""
    matrices = np.repeat(STILL[None], len(images), 0)
    matrices[:, 1, 0] = by * _signs(images, rng)
    return moved(images, matrices, np.zeros((len(images), 2)))


def cropped(images: Images, _: np.random.Generator, by: int) -> Images:
    """Cut `by` pixels off each side, and enlarge what is left."""
    scale = 1 - 2 * by / min(images.shape[1:3])
    return moved(images, np.repeat(scale * STILL[None], len(images), 0), np.zeros((len(images), 2)))


def thickened(images: Images, _: np.random.Generator, by: float) -> Images:
    """Blend each image with its maximum over 3 x 3 pixels; `by`: the share of the latter."""
    from scipy import ndimage

    return np.asarray((1 - by) * images + by * ndimage.maximum_filter(images, (1, 3, 3, 1)))


def eroded(images: Images, _: np.random.Generator) -> Images:
    """Take the minimum over 2 x 2 pixels."""
    from scipy import ndimage

    return np.asarray(ndimage.minimum_filter(images, (1, 2, 2, 1)))


def blurred(images: Images, _: np.random.Generator, by: float) -> Images:
    """Blur with a Gaussian of `by` pixels."""
    from scipy import ndimage

    return np.asarray(ndimage.gaussian_filter(images, (0, by, by, 0)))


def elastic(images: Images, rng: np.random.Generator, by: float) -> Images:
    """Displace pixels by smooth random fields of sd `by`, smoothed over 4 pixels (Simard et al. 2003)."""
    from scipy import ndimage

    n, height, width, channels = images.shape
    fields = ndimage.gaussian_filter(rng.standard_normal((n, 2, height, width)), (0, 0, 4, 4), mode="wrap")
    at = np.indices((height, width)) + by * 8 * np.sqrt(np.pi) * fields
    made = np.empty_like(images)
    for i in range(n):
        for channel in range(channels):
            made[i, ..., channel] = ndimage.map_coordinates(images[i, ..., channel], at[i], order=1)
    return made


def stroked(images: Images, rng: np.random.Generator) -> Images:
    """Add a straight stroke of 2 pixels' width and at least 8 pixels' length, as bright as can be."""
    made = images.copy()
    height, width = images.shape[1:3]
    at = np.moveaxis(np.indices((height, width)), 0, -1)
    for image in made:
        ends = np.zeros((2, 2))
        while np.hypot(*(ends[1] - ends[0])) < 8:
            ends = rng.uniform(5, np.array([height, width]) - 5, (2, 2))
        along = ends[1] - ends[0]
        place = np.clip((at - ends[0]) @ along / (along @ along), 0, 1)
        away = np.linalg.norm(at - ends[0] - place[..., None] * along, axis=-1)
        np.maximum(image, np.clip(2 - away, 0, 1)[..., None], out=image)
    return made


def combined(images: Images, rng: np.random.Generator) -> Images:
    """Shift by 1 pixel, turn by 5 degrees, and change elastically by 1 pixel."""
    return elastic(turned(shifted(images, rng, 1), rng, 5), rng, 1)


def noisy(images: Images, rng: np.random.Generator, by: float) -> Images:
    """Add Gaussian noise of sd `by`."""
    return np.clip(images + rng.normal(0, by, images.shape), 0, 1)


def barrelled(images: Images, _: np.random.Generator, by: float) -> Images:
    """Distort as a wide lens does: a point at distance r from the centre shows what was at r (1 + by r^2)."""
    from scipy import ndimage

    n, height, width, channels = images.shape
    centre = (np.array([height, width]).reshape(2, 1, 1) - 1) / 2
    away = np.indices((height, width)) - centre
    at = centre + away * (1 + by * np.square(away / centre.max()).sum(axis=0))
    made = np.empty_like(images)
    for i in range(n):
        for channel in range(channels):
            made[i, ..., channel] = ndimage.map_coordinates(images[i, ..., channel], at, order=1)
    return made


def posterised(images: Images, _: np.random.Generator, levels: int) -> Images:
    """Round values to a few levels."""
    return np.asarray(np.round(images * (levels - 1)) / (levels - 1), dtype=images.dtype)


def erased(images: Images, rng: np.random.Generator, side: float) -> Images:
    """Black out a square, whose side is this share of the image's, anywhere inside."""
    made = images.copy()
    height, width = images.shape[1:3]
    size = round(side * min(height, width))
    for image in made:
        top, left = rng.integers(height - size + 1), rng.integers(width - size + 1)
        image[top : top + size, left : left + size] = 0
    return made


DISGUISES: Mapping[str, Callable[[Images, np.random.Generator], Images]] = {
    "plain": lambda images, _: images,
    "shifted 1 px": partial(shifted, by=1),
    "shifted 2 px": partial(shifted, by=2),
    "turned 5": partial(turned, by=5),
    "turned 10": partial(turned, by=10),
    "sheared .2": partial(sheared, by=0.2),
    "cropped 4 px": partial(cropped, by=4),
    "half as thick again": partial(thickened, by=0.5),
    "dilated": partial(thickened, by=1.0),
    "eroded": eroded,
    "gamma .6": lambda images, _: images**0.6,
    "dimmed .7": lambda images, _: images * 0.7,
    "blurred .8 px": partial(blurred, by=0.8),
    "noise .1": partial(noisy, by=0.1),
    "elastic 1 px": partial(elastic, by=1),
    "elastic 2 px": partial(elastic, by=2),
    "a stroke": stroked,
    "shift + turn + elastic": combined,
}
UNTRIED: Mapping[str, Callable[[Images, np.random.Generator], Images]] = {  # nothing was chosen by looking at these
    "barrelled .1": partial(barrelled, by=0.1),
    "four levels": partial(posterised, levels=4),
    "a quarter erased": partial(erased, side=0.25),
}


def _signs(images: Images, rng: np.random.Generator) -> Array:
    return rng.choice([-1.0, 1.0], len(images))
