"""Reads a folder of PNG or JPEG images: one sub-folder per class, or a single class without sub-folders."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmark.errors import InputError
from benchmark.images.reading.pictures import Pictures, classes, natural, resized

if TYPE_CHECKING:
    from PIL.Image import Image as PillowImage

    from benchmark.images.reading.pictures import Array

ENDINGS = (".png", ".jpg", ".jpeg")
MODES = {"1": "L", "L": "L", "RGB": "RGB"}  # Pillow's mode of a file -> the mode that it is converted to
WHY = {
    "P": "has a palette",
    "PA": "has a palette",
    "LA": "has transparent pixels",
    "RGBA": "has transparent pixels",
    "I": "has 16 or 32 bits per value",
    "I;16": "has 16 bits per value",
    "I;16B": "has 16 bits per value",
    "F": "has floating-point values",
    "CMYK": "is in CMYK",
}


def read_folder(folder: Path, size: tuple[int, int] | None = None) -> Pictures:
    """Read all images of a folder, sorted by name. `size`: resize each to this height and width.

    Raises InputError on images of different sizes, files that are not images, transparent pixels, palettes and 16 bits:
    anything that would have to be changed before it can be used.
    """
    found = sorted((p for p in folder.rglob("*") if _is_image(p, folder)), key=lambda p: natural(str(p)))
    if not found:
        other = sorted({p.suffix for p in folder.rglob("*") if p.is_file()})
        raise InputError(
            f"{folder}: no PNG or JPEG images found{', only ' + ', '.join(other) + ' files' if other else ''}."
        )
    places = [path.relative_to(folder) for path in found]
    depths = {len(place.parts) for place in places}
    if depths not in ({1}, {2}):
        raise InputError(
            f"{folder}: there are images in sub-folders of sub-folders; put all images into the folder itself, or into "
            "one sub-folder per class."
            if max(depths) > 2
            else f"{folder}: there are images both in the folder itself ({places[0]}) and in sub-folders; expected one "
            "or the other."
        )
    images = _stack(found, size)
    files = tuple(map(str, places))
    if depths == {1}:
        return Pictures(images, files=files)
    return Pictures(images, *classes([place.parts[0] for place in places]), files)


def _is_image(path: Path, folder: Path) -> bool:
    hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
    return path.suffix.lower() in ENDINGS and not hidden


def _stack(paths: list[Path], size: tuple[int, int] | None) -> Array:
    images: list[Array] = []
    for path in paths:
        image = _read(path)
        if size is not None:
            image = resized(image[None], size)[0]
        if images and image.shape != images[0].shape:
            raise InputError(
                f"{path} is {_words(image)}, but {paths[0].name} is {_words(images[0])}; all images must be alike."
            )
        images.append(image)
    return np.stack(images)


def _words(image: Array) -> str:
    return f"{image.shape[0]}x{image.shape[1]} in {'grey' if image.shape[2] == 1 else 'colour'}"


def _read(path: Path) -> Array:
    """Return one image, uint8 (h, w, 1 or 3). Raises InputError."""
    from PIL import Image

    try:
        with Image.open(path) as file:
            file.load()
            image: Image.Image = file
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise InputError(f"{path}: cannot be read as an image ({error}).") from None
    if image.mode in ("LA", "RGBA") and _is_opaque(image):
        image = image.convert(image.mode[:-1])  # matplotlib saves opaque RGBA; dropping alpha loses nothing
    if image.mode not in MODES or "transparency" in image.info:
        why = WHY.get(image.mode if image.mode not in MODES else "LA", f"has the mode {image.mode}")
        raise InputError(f"{path}: {why}; save it as plain 8-bit grey or RGB.")
    pixels = np.asarray(image.convert(MODES[image.mode]))
    return pixels[..., None] if pixels.ndim == 2 else pixels


def _is_opaque(image: PillowImage) -> bool:
    return image.getchannel("A").getextrema()[0] == 255
