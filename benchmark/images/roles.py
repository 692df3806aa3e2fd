"""Which real images a cell may use: disjoint roles, their sizes, and the seeds that assign the images."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from benchmark.errors import InputError
from benchmark.seeds import random

if TYPE_CHECKING:
    from collections.abc import Mapping

    from benchmark.api import Array

VERSION = 1  # part of every key: increase it when the meaning of a role or a seed changes

NEUTRAL, NEUTRAL_FLOOR = 900, 200
REFERENCE_FLOOR = 100  # held_out and fresh, each
TRAIN_FLOOR = 50
SMALLEST = 10  # the fewest images that a role may have


@dataclass(frozen=True)
class Sizes:
    """The number of images per role and class. `fresh` and `held_out` are each as large as the synthetic set."""

    train: int
    held_out: int
    neutral: int = NEUTRAL
    draws: int = 2  # how many roles are as large as held_out: 2 for held_out and fresh, 3 with spare

    @property
    def total(self) -> int:
        """The number of images needed per class."""
        return self.train + self.draws * self.held_out + self.neutral


def fit_sizes(available: int, wanted: Sizes, *, typed_train: bool = False, typed_held_out: bool = False) -> Sizes:
    """Return sizes that fit into the smallest class, which has `available` images.

    Sizes that the user typed are kept, or rejected with InputError. Default sizes shrink only as far as needed:
    neutral down to 200, then held_out and fresh together down to 100 each, then train down to 50, then all in
    proportion.
    """
    sizes = wanted
    if sizes.total <= available:
        return sizes
    sizes = replace(sizes, neutral=_shrunk(sizes.neutral, NEUTRAL_FLOOR, sizes.total - available))
    if not typed_held_out:
        excess = -(-(sizes.total - available) // sizes.draws)
        sizes = replace(sizes, held_out=_shrunk(sizes.held_out, REFERENCE_FLOOR, excess))
    if not typed_train:
        sizes = replace(sizes, train=_shrunk(sizes.train, TRAIN_FLOOR, sizes.total - available))
    if sizes.total <= available:
        return sizes
    return _in_proportion(available, sizes, typed_train=typed_train, typed_held_out=typed_held_out)


def _shrunk(size: int, floor: int, excess: int) -> int:
    return size if excess <= 0 else max(min(size, floor), size - excess)


def _in_proportion(available: int, sizes: Sizes, *, typed_train: bool, typed_held_out: bool) -> Sizes:
    typed = typed_train * sizes.train + typed_held_out * sizes.draws * sizes.held_out
    factor = (available - typed) / (sizes.total - typed)
    scaled = Sizes(
        train=sizes.train if typed_train else int(sizes.train * factor),
        held_out=sizes.held_out if typed_held_out else int(sizes.held_out * factor),
        neutral=int(sizes.neutral * factor),
        draws=sizes.draws,
    )
    if min(scaled.train if not typed_train else SMALLEST, scaled.held_out, scaled.neutral) < SMALLEST:
        asked = " and ".join(
            [f"--n-real {sizes.train}"] * typed_train + [f"--n-synthetic {sizes.held_out}"] * typed_held_out
        )
        raise InputError(
            f"{asked or 'the protocol'} asks for more images than there are: the smallest class has {available} apart "
            "from its test split (a fifth, if the dataset has none), to be divided into training images, "
            f"{sizes.draws} times the number of synthetic images, and at least {SMALLEST} neutral images"
            + ("." if asked else f"; {_needed(sizes)} are needed (`bench score` needs fewer).")
        )
    return scaled


def _needed(sizes: Sizes) -> int:
    """Return the class size at which no role is smaller than SMALLEST if the user typed no sizes."""
    return -(-SMALLEST * sizes.total // min(sizes.train, sizes.held_out, sizes.neutral))


def roles(
    members: Array, dataset: str, label: int, seed: int, sizes: Sizes, seen: Array | None = None
) -> Mapping[str, Array]:
    """Divide one class into disjoint roles and return the indices by role.

    members: int64 (n,), the indices of the class in the training split, ascending.
    seen: the `members` that a generator run elsewhere was trained on. They are skipped, so that the roles stay the same
    if these images are exactly what `train` would be.

    `neutral` depends only on the dataset and the class. `train` comes after the others, so that a smaller one is a
    prefix of a larger one. `spare` holds what is left, up to the size of `fresh`: a second sample, for checks of the
    suite itself.
    """
    seen = members[:0] if seen is None else seen
    shuffled = members[random(0, "neutral", dataset, label).permutation(len(members))]
    neutral = _without(shuffled, seen)[: sizes.neutral]
    rest = np.sort(_without(shuffled, neutral))
    rest = _without(rest[random(seed, "roles", dataset, label).permutation(len(rest))], seen)
    n = sizes.held_out
    last = 2 * n + sizes.train
    return {
        "neutral": neutral,
        "held_out": rest[:n],
        "fresh": rest[n : 2 * n],
        "train": rest[2 * n : last],
        "spare": rest[last : last + n],
    }


def _without(indices: Array, others: Array) -> Array:
    return indices[~np.isin(indices, others)]
