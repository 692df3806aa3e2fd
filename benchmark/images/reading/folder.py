"""Reads a folder of PNG or JPEG images: one sub-folder per class, or a single class without sub-folders."""

from __future__ import annotations

import io
import os
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmark.errors import InputError
from benchmark.images.reading.kept import HEAVIEST, New, key_of, once
from benchmark.images.reading.packed import read_packed
from benchmark.images.reading.pictures import Pictures, classes, natural, resized

if TYPE_CHECKING:
    from PIL.Image import Image as PillowImage

    from benchmark.images.reading.pictures import Array

DEPTH = 3  # sub-folders of sub-folders are an error
MOST = 10**6  # files in a folder
PIXELS = 2**24  # of an image
LARGEST = 2**37  # bytes of all images, once decoded: they are kept in a file
MOST_PIXELS = 2**34  # of all images before they are resized: decoding them takes some minutes
SUFFIXES = 5  # named in a message
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
    there = list(_files(folder))
    found = sorted((path for path in there if path.suffix.lower() in ENDINGS), key=lambda p: natural(str(p)))
    if not found:
        other = sorted({path.suffix for path in there})[:SUFFIXES]
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
    try:
        images, _ = once(key_of(found, size), lambda new: (_stack(found, size, new), None))
    except OSError as error:
        raise InputError(f"{error.filename}: cannot be read as an image ({error.strerror}).") from None
    files = tuple(map(str, places))
    if depths == {1}:
        return Pictures(images, files=files)
    return Pictures(images, *classes([place.parts[0] for place in places]), files)


def formats(folder: Path) -> tuple[str, ...]:
    """Return the formats of a folder's images, by the endings of the files: "JPEG", "PNG", both, or neither."""
    endings = {path.suffix.lower() for path in _files(folder)}
    return tuple(sorted({"PNG" if ending == ".png" else "JPEG" for ending in endings & set(ENDINGS)}))


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a loop of links
        return False


def _files(folder: Path, depth: int = DEPTH, room: Iterator[int] | None = None) -> Iterator[Path]:
    """Yield what is in a folder and its sub-folders, down to `depth` of them, except folders and what is hidden."""
    room = iter(range(MOST)) if room is None else room
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        raise InputError(f"{folder}: cannot be read ({error.strerror}).") from None
    for entry in entries:
        if next(room, None) is None:
            raise InputError(f"{folder}: there are more than {MOST:,} files; name a folder of images only.")
        if entry.name.startswith("."):
            continue
        if not _is_folder(entry):
            yield Path(entry.path)
        elif depth > 1 and not entry.is_symlink():
            yield from _files(Path(entry.path), depth - 1, room)


def _stack(paths: list[Path], size: tuple[int, int] | None, new: New) -> Array:
    images = np.empty((0, 0, 0, 0), np.uint8)
    left = MOST_PIXELS
    for i, path in enumerate(paths):
        image = _read(path, images.shape[1:] if i and size is None else None, paths[0].name, left)
        left -= image.shape[0] * image.shape[1]
        if size is not None:
            image = resized(image[None], size)[0]
        if i == 0:
            if len(paths) * image.nbytes > LARGEST:
                raise InputError(f"{path.parent}: {len(paths)} images like {path.name} are too many.")
            images = new((len(paths), *image.shape), image.dtype)
        if image.shape != images.shape[1:]:
            raise InputError(
                f"{path} is {_words(image.shape)}, but {paths[0].name} is {_words(images.shape[1:])}; "
                "all images must be alike."
            )
        images[i] = image
    return images


def _words(shape: tuple[int, ...]) -> str:
    return f"{shape[0]}x{shape[1]} in {'grey' if shape[2] == 1 else 'colour'}"


def _read(path: Path, like: tuple[int, ...] | None, first: str, left: int) -> Array:
    """Return one image, uint8 (h, w, 1 or 3). Its size is checked before it is decoded. Raises InputError.

    left: the pixels that all images from here on may have.
    """
    from PIL import Image

    try:
        content = io.BytesIO(read_packed(path, HEAVIEST))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # the limit here is lower
            file = Image.open(content)
        with file:
            width, height = file.size
            if like is not None and like[:2] != (height, width):
                raise InputError(
                    f"{path} is {_words((height, width, 1 if len(file.getbands()) < 3 else 3))}, but {first} is "
                    f"{_words(like)}; all images must be alike."
                )
            if width * height > PIXELS:
                raise InputError(f"{path} is {height}x{width}; allowed are {PIXELS:,} pixels.")
            if width * height > left:
                raise InputError(
                    f"{path.parent}: up to {path.name}, the images have more than {MOST_PIXELS:,} pixels; resize them."
                )
            file.load()
            image: Image.Image = file
    except (OSError, SyntaxError, ValueError, OverflowError, MemoryError, Image.DecompressionBombError) as error:
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
