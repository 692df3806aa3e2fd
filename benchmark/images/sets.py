"""Image sets made elsewhere: read, matched to the classes, shape and range of the real images, or rejected."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmark.errors import InputError, naming, unknown
from benchmark.images import ranges
from benchmark.images.classes import parse_classes
from benchmark.images.image_set import ImageSet
from benchmark.images.reading import Pictures, asked, read_images
from benchmark.images.reading.account import NOTHING, Account
from benchmark.images.reading.fitting import as_grey
from benchmark.seeds import random

if TYPE_CHECKING:
    from benchmark.api import Array
    from benchmark.images.real import RealData
    from benchmark.settings import ScoreSettings

ENOUGH = 2000  # the number of real images whose values are compared


@dataclass(frozen=True)
class GivenSet:
    """One set of images that were made elsewhere.

    images: by label.
    files: the file of each image, or () if a single file holds them all.
    """

    name: str
    path: Path
    images: Mapping[int, ImageSet]
    files: Mapping[int, tuple[str, ...]]
    notes: tuple[str, ...] = ()
    account: Account = NOTHING

    @property
    def sha256(self) -> str:
        """The SHA-256 of all images and their classes."""
        digest = hashlib.sha256()
        for label, images in sorted(self.images.items()):
            digest.update(f"{label} {images.shape}".encode())
            for block in images.blocks():
                digest.update(np.ascontiguousarray(block).data)
        return digest.hexdigest()

    def drawn(self, n: int, seed: int) -> GivenSet:
        """Return the set with at most `n` images per class, sampled at random and kept in their original order."""
        kept = {
            label: np.sort(random(seed, "draw", label).permutation(len(images))[:n])
            for label, images in self.images.items()
        }
        files = {label: tuple(names[i] for i in kept[label]) if names else () for label, names in self.files.items()}
        kept_images = {label: images.take(kept[label]) for label, images in self.images.items()}
        return GivenSet(self.name, self.path, kept_images, files, self.notes, self.account)


def names_of(settings: ScoreSettings, controls: Mapping[str, object]) -> tuple[str, ...]:
    """Return the names of the sets. Raises InputError."""
    names = settings.names or tuple(_stem(path) for path in settings.fake)
    if len(names) != len(settings.fake):
        raise InputError(f"--names gives {len(names)} names for {len(settings.fake)} sets; give one name per set.")
    for name in names:
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", name):
            raise InputError(
                f"the name {name!r} is not allowed; choose names with --names, from letters, digits, '.', '_' and '-'."
            )
        if name in controls:
            raise InputError(f"the name {name!r} belongs to a control; choose other names with --names.")
    twice = next((name for name in names if names.count(name) > 1), "")
    if twice:
        raise InputError(f"two sets are called {twice!r}; name them with --names a,b.")
    return names


def _stem(path: str) -> str:
    return re.sub(r"(\.(npz|npy|csv|tsv|idx|parquet))?(\.gz)?$", "", Path(path).resolve().name, flags=re.IGNORECASE)


def read_set(name: str, path: Path, settings: ScoreSettings, data: RealData) -> GivenSet:
    """Read a set and check all of its classes against the real images. Raises InputError."""
    found = read_images(path, asked(settings, data.shape[:2]))
    found.account.check(strict=settings.strict)
    places = places_of(found, path, settings.classes, data)
    found, notes = _in_channels(found, path, data)
    own = np.concatenate(list(places.values()))
    images = _in_range(ImageSet.of(found.images).take(own), settings, data, tuple(places), str(path))
    if data.shape != images.shape[1:]:
        height, width, _ = data.shape
        raise InputError(
            f"{path}: the images are {images.shape[1]}x{images.shape[2]}, but the real images are {height}x{width}; "
            "add --fit stretch, crop or pad."
        )
    ends = np.cumsum([len(at) for at in places.values()])[:-1]
    by_label = {label: images.take(at) for label, at in zip(places, np.split(np.arange(len(own)), ends), strict=True)}
    files = {label: tuple(found.files[i] for i in at) if found.files else () for label, at in places.items()}
    return GivenSet(name, path, by_label, files, notes, found.account)


def places_of(found: Pictures, path: Path, classes: str, data: RealData) -> dict[int, Array]:
    """Return the indices of the images in each selected class, by label. Raises InputError."""
    with naming("--class"):
        words = parse_classes(classes, data.class_names) if classes else ()
    chosen = [data.class_names.index(word) for word in words] or None
    if found.labels is None:
        if chosen is None and len(data.class_names) == 1:
            chosen = [0]
        if chosen is None or len(chosen) != 1:
            raise InputError(
                f"{path}: the images have no class labels; name their class with --class; there are: "
                f"{', '.join(data.class_names)}."
            )
        return {chosen[0]: np.arange(len(found.images))}
    labels = [_label(name, path, data) for name in found.names]
    by_label = {label: np.flatnonzero(found.labels == i) for i, label in enumerate(labels)}
    missing = [data.class_names[label] for label in chosen or () if label not in by_label]
    if missing:
        raise InputError(f"{path}: has no images of class {missing[0]}; it has {', '.join(found.names)}.")
    return {label: by_label[label] for label in sorted(chosen if chosen is not None else by_label)}


def _label(name: str, path: Path, data: RealData) -> int:
    try:
        return data.class_names.index(parse_classes(name, data.class_names)[0])
    except InputError:
        raise unknown(f"{path}: class", name, data.class_names) from None


def _in_channels(found: Pictures, path: Path, data: RealData) -> tuple[Pictures, tuple[str, ...]]:
    """Convert grey images that were saved in colour to one channel. This is lossless and is reported in a note."""
    have, need = found.images.shape[-1], data.shape[-1]
    if have == need:
        return found, ()
    if need == 1 and (grey := as_grey(found.images)) is not None:
        return replace(found, images=grey), (
            f"{path}: the images are grey but saved with three equal channels; only one is used",
        )
    words = {1: "grey", 3: "in colour"}
    raise InputError(
        f"{path}: the images are {words[have]}, but the real images are {words[need]}; add --convert gray or rgb."
    )


def _in_range(
    given: ImageSet, settings: ScoreSettings, data: RealData, labels: tuple[int, ...], where: str
) -> ImageSet:
    """Return the images in the range [0, 1]. Bytes stay bytes, unless they are to be changed."""
    bounds = ranges.parse(settings.range)
    found = ImageSet.of(ranges.converted(given.raw, bounds, where)) if bounds else ranges.plain(given, where)
    if settings.invert:
        found = ImageSet.of(1 - found.images)
    if settings.as_is:
        return found
    real = data.images.take(np.flatnonzero(np.isin(data.labels, labels))[:ENOUGH])
    problem, fix = ranges.suspicion(found.spread().images, real.spread().images)
    said = " and ".join([f"--range {settings.range}"] * bool(bounds) + ["--invert"] * settings.invert)
    if problem and said:
        ends = f"the original values range from {given.raw.min():g} to {given.raw.max():g}"
        raise InputError(f"{where}: with {said}, {problem}; {ends}; fix {said}, {ranges.ESCAPE}.")
    if problem:
        raise InputError(f"{where}: {problem}; {fix}, {ranges.ESCAPE}.")
    return found
