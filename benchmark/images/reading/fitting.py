"""Brings images to a size, and to grey or colour, if the user asked for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from benchmark.images.reading.how import How
    from benchmark.images.reading.pictures import Array

DONE = {"crop": "cropped and scaled", "pad": "scaled and padded with black", "stretch": "stretched"}
NEARLY = 2  # the most that channels of one grey pixel differ by
BLOCK = 256  # images that are compared at a time
LUMA = np.array([0.299, 0.587, 0.114])  # ITU-R BT.601, as in Pillow


def fitted(image: Array, size: tuple[int, int], fit: str) -> Array:
    """Return an image (h, w, c) at height and width `size`: bilinear, antialiased; bytes stay bytes.

    fit: "crop" keeps the centre, "pad" adds black, and both keep the proportions; "stretch" does not.
    """
    from PIL import Image, ImageOps

    if image.shape[:2] == size:
        return image
    smooth, target = Image.Resampling.BILINEAR, size[::-1]

    def plane(values: Array) -> Array:
        exact = Image.fromarray(values if values.dtype == np.uint8 else values.astype(np.float32))
        if fit == "crop":
            return np.asarray(ImageOps.fit(exact, target, smooth))
        if fit == "pad":
            return np.asarray(ImageOps.pad(exact, target, smooth))
        return np.asarray(exact.resize(target, smooth))

    return np.stack([plane(image[..., c]) for c in range(image.shape[-1])], axis=-1)


def converted(images: Array, convert: str) -> Array:
    """Return images (..., 1 or 3) in grey or in colour, of the same dtype."""
    if not convert:
        return images
    if convert == "rgb":
        return np.repeat(images, 3, axis=-1) if images.shape[-1] == 1 else images
    if images.shape[-1] == 1:
        return images
    grey: Array = images @ LUMA
    return np.asarray((np.round(grey) if images.dtype.kind in "ui" else grey).astype(images.dtype)[..., None])


def as_grey(images: Array) -> Array | None:
    """Return one channel of images (h, w, 3) or (n, h, w, 3) that are grey but saved in colour, or None.

    Channels of grey images that were compressed in colour (WebP, JPEG) differ by rounding.
    """
    blocks = [images] if images.ndim == 3 else [images[i : i + BLOCK] for i in range(0, len(images), BLOCK)]
    if all((block == block[..., :1]).all() for block in blocks):
        return images[..., :1]
    if images.dtype != np.uint8 or any(np.ptp(block, axis=-1).max() > NEARLY for block in blocks):
        return None
    return np.concatenate([converted(block, "gray") for block in blocks])


def brought(images: Array, how: How, where: object) -> tuple[Array, tuple[str, ...]]:
    """Return the images (n, h, w, c) of one array as the user asked for them, and what was done, in sentences."""
    done = []
    if how.convert and images.shape[-1] != (1 if how.convert == "gray" else 3):
        images = converted(images, how.convert)
        done.append(f"{where}: all images were converted to {'grey' if how.convert == 'gray' else 'RGB'}")
    if how.size is not None and images.shape[1:3] != how.size:
        before = f"{images.shape[1]}x{images.shape[2]}"
        images = np.stack([fitted(image, how.size, how.fit) for image in images])
        done.append(f"{where}: all images were {DONE[how.fit]} from {before} to {how.size[0]}x{how.size[1]}")
    return images, tuple(done)
