"""Decodes one image file: its header first, so that nothing too large is decoded; then its pixels."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmark.errors import InputError
from benchmark.images.reading import dicom
from benchmark.images.reading.fitting import converted
from benchmark.images.reading.formats import PILLOW, format_of
from benchmark.images.reading.packed import read_packed

if TYPE_CHECKING:
    from PIL.Image import Image as PillowImage
    from PIL.ImageFile import ImageFile

    from benchmark.images.reading.pictures import Array

PIXELS = 2**24  # of an image
HEAVIEST = 2**27  # bytes of its file
ORIENTATION = 0x0112  # the EXIF tag: 1 is upright, and from 5 on, height and width are swapped
PLAIN = {"1": "L", "L": "L", "P": "RGB", "RGB": "RGB"}  # Pillow's mode -> the mode that it has without any loss
WORDS = ("I;16", "I;16B", "I;16L", "I;16N")  # grey, 16 bits
NUMBERS = {"I": "32 bits per value", "F": "floating-point values"}  # whose black and white are not known
TRANSPARENT = "transparent pixels"


class BrokenFileError(InputError):
    """A file that cannot be decoded."""


@dataclass(frozen=True)
class Source:
    """An encoded image: a file, or a cell of a table. where: how messages call it. name: its name among the others."""

    where: str
    name: str
    read: Callable[[], bytes]


def file_source(path: Path, folder: Path) -> Source:
    """Return a file of a folder."""
    return Source(str(path), str(path.relative_to(folder)), lambda: read_packed(path, HEAVIEST))


@dataclass(frozen=True)
class Header:
    """What is known of an image before it is decoded.

    height, width: as it is shown. channels, bits: once it is decoded. turned: whether EXIF says that it is not stored
    upright. frames: whether it has more than the first.
    """

    height: int
    width: int
    channels: int
    bits: int = 8
    turned: bool = False
    frames: bool = False


def header_of(source: Source, convert: str) -> Header:
    """Read the header of an image. Raises BrokenFileError, and InputError if it is too large."""
    with _reading(source):
        content = _content(source)
        if format_of(content) == "DICOM":
            found = Header(*dicom.about(content))
        else:
            with _open(content) as file:
                found = _header(file)
    if found.height * found.width > PIXELS:
        raise InputError(f"{source.where} is {found.height}x{found.width}; allowed are {PIXELS:,} pixels.")
    return replace(found, channels=1 if convert == "gray" else 3, bits=8) if convert else found


def decoded(source: Source, convert: str) -> tuple[Array, str]:
    """Decode an image: uint8 (h, w, 1 or 3), or float32 in [0, 1] if it has more bits; and why it was converted, or "".

    Raises BrokenFileError, and InputError if it has to be converted and `convert` is "".
    """
    with _reading(source):
        pixels, why = _plain(_content(source))
    if not convert:
        if why:
            raise InputError(
                f"{source.where}: has {why}; add --convert gray or --convert rgb, or save it as 8-bit grey or RGB."
            )
        return pixels, ""
    if pixels.dtype != np.uint8:
        pixels, why = np.round(pixels * 255).astype(np.uint8), "16 bits per value"
    channels = 1 if convert == "gray" else 3
    why = why or ("" if pixels.shape[-1] == channels else "colour" if channels == 1 else "no colour")
    return converted(pixels, convert), why


def _plain(content: bytes) -> tuple[Array, str]:
    """Return the values of an image as it is shown, and what had to be changed for that."""
    if format_of(content) == "DICOM":
        return dicom.pixels(content), ""
    with _open(content) as file:
        header = _header(file)
        return _pixels(_upright(file), header.bits)


@contextmanager
def _reading(source: Source) -> Iterator[None]:
    """Turn what Pillow and pydicom raise on damaged files, which can be anything, into one sentence."""
    try:
        yield
    except BrokenFileError:
        raise
    except InputError as error:
        raise InputError(f"{source.where}: {error}") from None
    except Exception as error:  # noqa: BLE001
        raise BrokenFileError(f"{source.where}: cannot be read as an image ({str(error).rstrip('.')}).") from None


def _content(source: Source) -> bytes:
    try:
        return source.read()
    except InputError as error:  # a pipe, a device, or too large a file
        raise BrokenFileError(str(error)) from None


def _open(content: bytes) -> ImageFile:
    from PIL import Image, UnidentifiedImageError

    try:
        return Image.open(io.BytesIO(content), formats=PILLOW)
    except UnidentifiedImageError:
        raise ValueError("it is empty" if not content else "its content is not an image") from None


def _header(file: ImageFile) -> Header:
    known = file.format != "PNG" or "exif" in file.info  # else, Pillow decodes the image to look for it
    orientation = file.getexif().get(ORIENTATION, 1) if known else 1
    width, height = getattr(file, "tag_v2", {}).get(256, file.width), getattr(file, "tag_v2", {}).get(257, file.height)
    if orientation in range(5, 9):
        width, height = height, width
    words = file.mode in WORDS or (file.mode == "I" and file.format == "PNG")  # "I": older releases of Pillow
    deep = words or any(";16" in str(tile[3]) for tile in file.tile)
    channels = 1 if file.mode in ("1", "L", "LA", *NUMBERS) or words else 3
    frames = bool(getattr(file, "is_animated", False)) and file.format != "MPO"
    return Header(height, width, channels, 16 if deep else 8, orientation in range(2, 9), frames)


def _upright(file: ImageFile) -> PillowImage:
    """Return the pixels of the first frame as they are shown. TIFF is turned by Pillow when it is loaded."""
    from PIL import ImageOps

    file.load()
    return file if file.format == "TIFF" else ImageOps.exif_transpose(file)


def _pixels(image: PillowImage, bits: int) -> tuple[Array, str]:
    """Return the values of an image, and what had to be changed for that."""
    if image.mode in NUMBERS and bits == 8:
        raise InputError(f"has {NUMBERS[image.mode]}; save it with 8 or 16 bits per value.")
    image, why = _opaque(image)
    if bits == 16 and len(image.getbands()) == 1 and image.mode != "L":
        return (np.asarray(image).astype(np.float32) / np.float32(65535))[..., None], why
    if bits == 16:
        why = why or "16 bits per value in colour, of which Pillow reads 8"
    if image.mode not in PLAIN:
        why = why or f"{image.mode} values"
    pixels = np.asarray(image.convert(PLAIN.get(image.mode, "RGB")))
    return pixels[..., None] if pixels.ndim == 2 else pixels, why


def _opaque(image: PillowImage) -> tuple[PillowImage, str]:
    """Return an image without transparency, on white where it was transparent; if nothing was, nothing is lost."""
    from PIL import Image

    if "transparency" in image.info or image.mode == "PA":
        image = image.convert("LA" if image.mode in ("1", "L") else "RGBA")
    if image.mode not in ("LA", "RGBA"):
        return image, ""
    alpha, plain = image.getchannel("A"), image.convert(image.mode[:-1])
    if alpha.getextrema()[0] == 255:
        return plain, ""
    white = Image.new(plain.mode, plain.size, "white")
    white.paste(plain, mask=alpha)
    return white, TRANSPARENT
