"""Decodes the image files of a folder into one array, on all cores: Pillow does most of it without Python's lock."""

from __future__ import annotations

import os
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import numpy as np

from benchmark.errors import InputError
from benchmark.images.reading.decode import BrokenFileError, Header, Source, decoded, header_of
from benchmark.images.reading.facts import Facts
from benchmark.images.reading.fitting import as_grey, fitted

if TYPE_CHECKING:
    from benchmark.images.reading.how import How
    from benchmark.images.reading.pictures import Array

LARGEST = 2**37  # bytes of all images, once decoded: they are kept in a file
MOST_PIXELS = 2**34  # of all images before they are brought to a size: decoding them takes some minutes
T = TypeVar("T")
New: TypeAlias = "Callable[[tuple[int, ...], np.dtype[Any]], Array]"  # from a shape and a type to an array of zeros


def stacked(where: Path, sources: Sequence[Source], how: How, new: New = np.zeros) -> tuple[Array, Facts]:
    """Return the images of `sources` (n, h, w, c), and what was found out.

    Images are uint8, or float32 in [0, 1] if they have more bits. new: makes the array that is filled.
    Raises InputError on images that are not alike, and on broken ones unless `how` skips them; then the result is a
    copy without them.
    """
    with _quiet():
        headers, broken = _each(lambda i: header_of(sources[i], how.convert), range(len(sources)), how)
        _check(where, sources, headers, how)
        images, why, more = _decoded(sources, headers, how, new)
    if more:
        images = images[[i not in more for i in headers]]
    whole = {i: header for i, header in headers.items() if i not in more}
    return images, Facts(
        kept=list(whole),
        lost={**broken, **more},
        turned=sum(header.turned for header in whole.values()),
        deep=any(header.bits == 16 for header in whole.values()),
        why=dict(why.most_common()),
        resized=sum((header.height, header.width) != how.size for header in whole.values()),
        frames=sum(header.frames for header in whole.values()),
    )


def _each(read: Callable[[int], T], places: Sequence[int], how: How) -> tuple[dict[int, T], dict[int, str]]:
    """Return what is read at each place, in order, and why files are broken. Raises the first InputError."""
    found: dict[int, T] = {}
    broken: dict[int, str] = {}

    def attempt(place: int) -> T | BrokenFileError:
        try:
            return read(place)
        except BrokenFileError as error:
            return error

    pool = ThreadPoolExecutor(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else None)
    try:
        for place, result in zip(places, pool.map(attempt, places), strict=True):
            if not isinstance(result, BrokenFileError):
                found[place] = result
            elif how.skip_broken:
                broken[place] = str(result)
            else:
                raise result
    finally:
        pool.shutdown(cancel_futures=True)
    return found, broken


def _check(where: Path, sources: Sequence[Source], headers: dict[int, Header], how: How) -> None:
    """Raise InputError if the images are not alike, or are too many or too large to be decoded."""
    if not headers:
        raise InputError(f"{where}: all of {len(sources)} image files are broken, such as {sources[0].name}.")
    first, *_ = headers
    like = headers[first]
    for i, header in headers.items():
        same_size = how.size is not None or (header.height, header.width) == (like.height, like.width)
        if not same_size or header.bits != like.bits:  # of channels, the values decide
            raise _unlike(sources, headers, i, first)
    total = accumulate(header.height * header.width for header in headers.values())
    over = next((i for i, pixels in zip(headers, total, strict=True) if pixels > MOST_PIXELS), None)
    if over is not None:
        raise InputError(
            f"{where}: up to {sources[over].name}, the images have more than {MOST_PIXELS:,} pixels; resize them."
        )
    if len(headers) * int(np.prod(_shape(like, how))) * _dtype(like).itemsize > LARGEST:
        raise InputError(f"{where}: {len(headers)} images like {sources[first].name} are too many.")


def _decoded(
    sources: Sequence[Source], headers: dict[int, Header], how: How, new: New
) -> tuple[Array, Counter[str], dict[int, str]]:
    """Return the images in the order of `headers`, why they were converted, and the reasons of broken files."""
    first = min(headers, key=lambda i: headers[i].channels)  # grey, if any is
    like = headers[first]
    images = new((len(headers), *_shape(like, how)), _dtype(like))
    row = {place: i for i, place in enumerate(headers)}

    def decode(place: int) -> str:
        pixels, why = decoded(sources[place], how.convert)
        if pixels.shape[-1] > like.channels:  # WebP, for example, has no grey
            grey = as_grey(pixels)
            if grey is None:
                raise _unlike(sources, headers, place, first)
            pixels, why = grey, "equal channels"
        pixels = pixels if how.size is None else fitted(pixels, how.size, how.fit)
        if pixels.shape != images.shape[1:] or pixels.dtype != images.dtype:
            raise BrokenFileError(f"{sources[place].where}: its content is not what its header says.")
        images[row[place]] = pixels
        return why

    why, broken = _each(decode, list(headers), how)
    return images, Counter(reason for reason in why.values() if reason), broken


def _unlike(sources: Sequence[Source], headers: dict[int, Header], one: int, other: int) -> InputError:
    a, b = headers[one], headers[other]
    same_size = (a.height, a.width) == (b.height, b.width)
    hint = "--convert gray or rgb" if same_size else "--fit crop, pad or stretch, and --size"
    return InputError(
        f"{sources[one].where} is {_words(a)}, but {sources[other].name} is {_words(b)}; all images must be alike: "
        f"add {hint}."
    )


def _shape(like: Header, how: How) -> tuple[int, int, int]:
    height, width = how.size or (like.height, like.width)
    return height, width, like.channels


def _dtype(like: Header) -> np.dtype[np.generic]:
    return np.dtype(np.uint8 if like.bits == 8 else np.float32)


def _words(header: Header) -> str:
    depth = "" if header.bits == 8 else " with 16 bits per value"
    return f"{header.height}x{header.width} in {'grey' if header.channels == 1 else 'colour'}{depth}"


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep Pillow from printing warnings; what is wrong with a file is said in a sentence."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
