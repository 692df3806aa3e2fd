"""A dataset prepared for the protocol: duplicates removed, a test split set aside, images divided into roles."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING
from uuid import uuid4

import numpy as np

from benchmark.errors import InputError
from benchmark.images.image_set import Floats, ImageSet, joined
from benchmark.images.reading.account import NOTHING, Account
from benchmark.images.reading.own import OwnData
from benchmark.images.roles import Sizes, roles
from benchmark.seeds import random
from benchmark.text import one_line

if TYPE_CHECKING:
    from pathlib import Path

    from benchmark.api import Array, Data, Dataset, Images, Labels


WIDE = 64  # pixels; larger images are pictures
SOME = 1000  # images that are looked at for colour


@dataclass(frozen=True)
class Seen:
    """The images that generators run elsewhere were trained on; without any, the whole training split is assumed.

    images: by class. key: a hash of these images.
    files: the file of each image, or () if a single file holds them all.
    """

    key: str = "whole"
    images: Mapping[int, ImageSet] = field(default_factory=dict, compare=False, repr=False)
    files: Mapping[int, tuple[str, ...]] = field(default_factory=dict, compare=False, repr=False)

    @property
    def whole(self) -> bool:
        """Whether the training images are unknown: then all real images of a class that were given count as such."""
        return not self.images


@dataclass(frozen=True)
class RealData:
    """The real images of a dataset, ready to be divided into roles. images: the training split."""

    name: str
    class_names: tuple[str, ...]
    images: ImageSet
    labels: Labels
    test_images: ImageSet
    test_labels: Labels
    duplicates: int  # the number of exact duplicates that were removed
    aside: bool = False  # whether the test split is a fifth of the images that were given, and not a split of their own
    account: Account = NOTHING  # of the files that were read
    seen: Seen | None = None  # None: the generators are fitted in this run, on the role `train`

    @property
    def shape(self) -> tuple[int, int, int]:
        """Height, width, channels."""
        return self.images.shape[1:]

    @property
    def mapped(self) -> bool:
        """Whether all images are in files of the user's cache, so that other processes need only their names."""
        seen = self.seen.images.values() if self.seen else ()
        return all(images.mapped for images in (self.images, self.test_images, *seen))

    @property
    def raw(self) -> Array:
        """The training split as it is stored, uint8, uint16 or float32 (n, h, w, c)."""
        return self.images.raw

    @property
    def raw_test(self) -> Array:
        """The test split as it is stored."""
        return self.test_images.raw

    @cached_property
    def pictures(self) -> bool:
        """Whether the images are pictures, in colour or wider than 64 pixels, of which PCA sees little."""
        some = self.images.take(slice(0, SOME)).raw if self.shape[-1] > 1 else np.zeros(1)
        return bool((some != some[..., :1]).any()) or max(self.shape[:2]) > WIDE

    @cached_property
    def fingerprint(self) -> str:
        """The SHA-256 of all images, labels and class names. It does not depend on the name of the dataset."""
        head = (self.class_names, self.images.shape, self.images.array.dtype.str)
        digest = hashlib.sha256(repr(head).encode())
        for images, labels in ((self.images, self.labels), (self.test_images, self.test_labels)):
            images.add_to(digest)
            digest.update(np.ascontiguousarray(labels).data)
        return digest.hexdigest()

    @cached_property
    def counts(self) -> tuple[int, ...]:
        """The number of training images per class."""
        return tuple(np.bincount(self.labels, minlength=len(self.class_names)).tolist())

    @cached_property
    def test(self) -> Images:
        """The test split of all classes."""
        return self.test_images.images

    def members(self, label: int) -> Array:
        """Return the ascending indices of a class in the training split."""
        return np.flatnonzero(self.labels == label)

    def tested(self, label: int) -> Array:
        """Return the ascending indices of a class in the test split, if generators may have been trained on it.

        That is so if they were run elsewhere, nobody says on what, and the test split was set aside here.
        """
        unknown = self.seen is not None and self.seen.whole and self.aside
        return np.flatnonzero(self.test_labels == label) if unknown else np.empty(0, dtype=np.int64)

    def n_seen(self, label: int) -> int:
        """Return how many images of a class are searched for the sources of copies made elsewhere."""
        if self.seen and label in self.seen.images:
            return len(self.seen.images[label])
        return self.counts[label] + len(self.tested(label))

    def roles(self, label: int, seed: int, sizes: Sizes) -> Mapping[str, Images]:
        """Return the images of one class by role, float32 (see `benchmark.images.roles.roles`)."""
        return Floats(self.sets(label, seed, sizes))

    def sets(self, label: int, seed: int, sizes: Sizes) -> Mapping[str, ImageSet]:
        """Return the same as sets, of which nothing is read."""
        found = {role: self.images.take(places) for role, places in self._places(label, seed, sizes).items()}
        if self.seen and label in self.seen.images:
            found["train"] = self.seen.images[label]
        elif len(tested := self.tested(label)):
            found["train"] = joined([found["train"], self.test_images.take(tested)])
        return found

    def itself(self, label: int, seed: int, sizes: Sizes) -> Mapping[str, Array]:
        """Return, by role, the positions of its images within `train`, or -1; empty if the roles are disjoint."""
        if self.seen is None or not self.seen.whole:
            return {}
        cut, members, tested = self._places(label, seed, sizes), self.members(label), self.tested(label)
        found = {role: np.searchsorted(members, cut[role]) for role in ("held_out", "fresh")}
        if len(tested):
            found["test"] = np.full(len(self.test_labels), -1)
            found["test"][tested] = len(members) + np.arange(len(tested))
        return found

    def known(self, label: int) -> Array:
        """Return the ascending indices of a class's images that the generators were trained on."""
        return self._known.get(label, np.empty(0, dtype=np.int64))

    def moved(self, sizes: Sizes) -> bool:
        """Whether the training images that were given change the neutral role."""
        cut = {label: roles(self.members(label), self.name, label, 0, sizes) for label in self._known}
        return any(np.isin(self.known(label), roles["neutral"]).any() for label, roles in cut.items())

    @cached_property
    def _known(self) -> dict[int, Array]:
        found = {}
        for label, images in (self.seen.images if self.seen else {}).items():
            given, members = {_content(image) for image in images}, self.members(label)
            same = [_content(image) in given for image in self.images.take(members)]
            found[label] = members[np.array(same, dtype=bool)]
        return found

    def _places(self, label: int, seed: int, sizes: Sizes) -> Mapping[str, Array]:
        members = self.members(label)
        cut = roles(members, self.name, label, seed, sizes, self.known(label))
        return {**cut, "train": members} if self.seen and self.seen.whole else cut


def _content(image: Array) -> bytes:
    return hashlib.blake2b(np.ascontiguousarray(image).data, digest_size=16).digest()


def load(dataset: Dataset, folder: Path | None) -> RealData:
    """Read a dataset, check it, remove exact duplicates and set a test split aside."""
    data = dataset.load(folder)
    images, labels = _checked(data.images, data.labels, data, "training")
    test = data.test_images is not None
    if data.test_images is not None and data.test_labels is not None:
        test_images, test_labels = _checked(data.test_images, data.test_labels, data, "test")
    else:
        test_images, test_labels = images.take(slice(0)), labels[:0]
    seen: set[bytes] = set()
    keep, keep_test = _first_seen(images, seen), _first_seen(test_images, seen)
    removed = len(images) + len(test_images) - int(keep.sum()) - int(keep_test.sum())
    images, labels = images.take(keep), labels[keep]
    test_images, test_labels = test_images.take(keep_test), test_labels[keep_test]
    if not test:
        aside = _a_fifth(labels, dataset.name, len(data.class_names))
        test_images, test_labels = images.take(aside), labels[aside]
        images, labels = images.take(~aside), labels[~aside]
    names = tuple(map(one_line, map(str, data.class_names)))
    account = data.account if isinstance(data, OwnData) else NOTHING
    return RealData(dataset.name, names, images, labels, test_images, test_labels, removed, not test, account)


def _checked(images: Array, labels: Array, data: Data, split: str) -> tuple[ImageSet, Labels]:
    if images.ndim != 4 or images.shape[-1] not in (1, 3):
        raise InputError(f"{split} images have shape {images.shape}; expected (n, height, width, 1 or 3 channels).")
    if len(images) != len(labels):
        raise InputError(
            f"{len(images)} {split} images do not match {len(labels)} labels: there must be one label per image."
        )
    labels = np.asarray(labels, dtype=np.int64)
    if len(labels) and not 0 <= labels.min() <= labels.max() < len(data.class_names):
        raise InputError(
            f"{split} labels range from {labels.min()} to {labels.max()}; allowed are 0 to {len(data.class_names) - 1}."
        )
    if images.dtype != np.uint8:
        images = images.astype(np.float32)
        if not (np.isfinite(images).all() and images.min() >= 0 and images.max() <= 1):
            raise InputError(
                f"{split} images have values outside [0, 1] or values that are not finite; "
                "allowed are bytes, or numbers in [0, 1]."
            )
    return ImageSet.of(images, uuid4().hex), labels


def _first_seen(images: ImageSet, seen: set[bytes]) -> Array:
    keep = np.ones(len(images), dtype=bool)
    for i, image in enumerate(images.array[row] for row in images.rows):
        content = _content(image)
        keep[i] = content not in seen
        seen.add(content)
    return keep


def _a_fifth(labels: Labels, dataset: str, n_classes: int) -> Array:
    aside = np.zeros(len(labels), dtype=bool)
    for label in range(n_classes):
        members = np.flatnonzero(labels == label)
        order = random(0, "test", dataset, label).permutation(len(members))
        aside[members[order[: len(members) // 5]]] = True
    return aside
