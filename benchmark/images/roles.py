"""What a cell may see: disjoint roles, their sizes, and the seeds that cut them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from benchmark.errors import InputError
from benchmark.seeds import random

if TYPE_CHECKING:
    from collections.abc import Mapping

    from benchmark.api import Array

VERSION = 1  # part of every key: raise it when the meaning of a role or a seed changes

NEUTRAL, NEUTRAL_FLOOR = 900, 200
REFERENCE_FLOOR = 100  # held_out and fresh, each
TRAIN_FLOOR = 50
SMALLEST = 10  # a role with fewer images is no role


@dataclass(frozen=True)
class Sizes:
    """Images of each role in each class. `fresh` is as large as `held_out`, both as the synthetic images."""

    train: int
    held_out: int
    neutral: int = NEUTRAL
    draws: int = 2  # roles as large as held_out: itself and fresh; 3: spare too

    @property
    def total(self) -> int:
        """Images that one class needs."""
        return self.train + self.draws * self.held_out + self.neutral


def fit_sizes(available: int, wanted: Sizes, *, typed_train: bool = False, typed_held_out: bool = False) -> Sizes:
    """Return sizes that fit into the smallest class, of `available` images.

    What the user typed stays, or is refused with InputError. Default sizes shrink by as little as is needed:
    neutral to 200, then held_out and fresh together to 100 each, then train to 50; then all in proportion.
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
            f"{asked or 'the protocol'} asks for more images than there are: the smallest class has {available} beside "
            f"its test split (a fifth, if none is given) to be cut into training, {sizes.draws} times the number of "
            f"synthetic images, and at least {SMALLEST} neutral ones"
            + ("." if asked else f"; it takes {_needed(sizes)}, `bench score` takes fewer.")
        )
    return scaled


def _needed(sizes: Sizes) -> int:
    """Return the images of a class from which no role is under SMALLEST, where nothing was typed."""
    return -(-SMALLEST * sizes.total // min(sizes.train, sizes.held_out, sizes.neutral))


def roles(
    members: Array, dataset: str, label: int, seed: int, sizes: Sizes, seen: Array | None = None
) -> Mapping[str, Array]:
    """Cut one class into disjoint roles.

    members: int64 (n,), the indices of the class in the training split, ascending. Returns indices by role.
    `neutral` depends on the dataset and class alone; `train` is cut after the others, so that a smaller one is a
    prefix. `spare` is what is left, up to the size of `fresh`: a second draw, for checks of the suite itself.
    seen: those of `members` that a generator made elsewhere had seen. They are passed over, so that no role moves where
    they are what `train` would be.
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
