"""Detectors of copies: each names the best match of an image among real ones, and says how much better it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from benchmark.api import Array, Images, Neighbours
from metrics._copies import NEXT
from metrics._excess import Matches

if TYPE_CHECKING:
    from metrics._moved import Bank
    from metrics._registration import Registration

BLUR = 0.7  # pixels, before registration
SMALLEST, LARGEST = 8, 48  # pixels: smaller images are not registered, larger ones are reduced to about SIDE
SIDE = 28
COARSE = 12  # candidates that are registered
TINY = 1e-4


@dataclass(frozen=True)
class Pool:
    """Real images in which matches are searched for.

    images: (n, h, w), as `prepared` returns them. trained: bool (n,), whether the generator was trained on each.
    """

    images: Array
    trained: Array

    @cached_property
    def bank(self) -> Bank:
        """The images under a bank of affine changes."""
        from metrics._moved import Bank

        return Bank(self.images)

    @cached_property
    def registration(self) -> Registration:
        """The images, to be registered to others."""
        from metrics._registration import Registration

        return Registration(self.images)


@dataclass(frozen=True)
class Found:
    """The matches of images (n,) by detector, and how they were deformed.

    moved, bent: (n,) in pixels, the size of the displacement to the best match by the last detector, and of the part
    that is not affine; 0 without registration.
    """

    matches: Mapping[str, Matches]
    moved: Array
    bent: Array

    def __getitem__(self, chosen: slice | Array) -> Found:
        """Return what was found for some images."""
        return Found({k: m[chosen] for k, m in self.matches.items()}, self.moved[chosen], self.bent[chosen])


def detect(images: Array, nearest: Neighbours, pool: Pool, itself: Array) -> Found:
    """Search the pool for the sources of images (n, h, w), `prepared`, by pixels and by two registrations.

    nearest: their nearest images in the pool, by pixels. itself: int64 (n,), the index in the pool of each image, which
    is left out, or -1 if it is not part of it.
    """
    found = {"pixels": (nearest.distances, nearest.indices)}
    moved = bent = np.zeros(len(images))
    if min(images.shape[1:3]) >= SMALLEST and len(pool.images) > COARSE:
        registered, moved, bent = _registered(images, pool, itself)
        found |= registered
    matches = {}
    for name, (distances, indices) in found.items():
        source = indices[np.arange(len(indices)), distances.argmin(axis=1)]
        matches[name] = Matches(_relative(distances), source, pool.trained[source])
    return Found(matches, moved, bent)


def combined(found: Found, held_out: Found) -> tuple[Matches, Array]:
    """Return the matches of the detector that finds each image (n,) closest, and the distances of held-out images (m,).

    Distances are measured from the median of held-out images, in units of that median less their 10 % quantile.
    """
    made, real = [], []
    for name, matches in held_out.matches.items():
        middle, low = np.quantile(matches.distance, [0.5, 0.1])
        unit = max(middle - low, TINY)
        made.append((found.matches[name].distance - middle) / unit)
        real.append((matches.distance - middle) / unit)
    detector, each = np.argmin(made, axis=0), np.arange(len(made[0]))
    source, trained = (
        np.stack([getattr(m, name) for m in found.matches.values()])[detector, each] for name in ("source", "trained")
    )
    return Matches(np.min(made, axis=0), source, trained), np.min(real, axis=0)


def _relative(distances: Array) -> Array:
    """Return log d1 / mean(d2, ..., d6), (n,): Carlini et al. 2023, section 4.2, so that dense regions do not alarm."""
    ordered = np.sort(distances, axis=1)[:, : NEXT + 1].astype(np.float64)
    return np.asarray(np.log(ordered[:, 0] / np.maximum(ordered[:, 1:].mean(axis=1), TINY) + TINY))


def _registered(images: Array, pool: Pool, itself: Array) -> tuple[dict[str, tuple[Array, Array]], Array, Array]:
    """Return distances and indices by detector, and the sizes of the displacement to the best match."""
    from metrics._moved import affine_changes
    from metrics._registration import FINE

    registration = pool.registration
    near, change = pool.bank.candidates(images, COARSE, itself)
    scale = min(images.shape[1:]) / SIDE
    undone = [(np.linalg.inv(matrix), -scale * np.linalg.solve(matrix, offset)) for matrix, offset in affine_changes()]
    starts = np.stack([registration.start(matrix, offset) for matrix, offset in undone])
    left, least = np.empty(near.shape), np.empty((len(near), FINE))
    finer, moves = np.empty((len(near), FINE), dtype=np.int64), np.empty((len(near), *starts.shape[1:]))
    for i, image in enumerate(images):
        left[i], finer[i], least[i], moves[i] = registration.match(image, near[i], starts[change[i]])
    return {"stiff": (np.sqrt(left), near), "supple": (np.sqrt(least), finer)}, *registration.displacement(moves)


def prepared(images: Images) -> Array:
    """Return float32 (n, h, w): one channel, reduced if large, slightly blurred."""
    from scipy import ndimage

    grey = images.mean(axis=3)
    if (side := min(grey.shape[1:])) >= LARGEST:
        by = round(side / SIDE)
        height, width = grey.shape[1] // by, grey.shape[2] // by
        grey = grey[:, : height * by, : width * by].reshape(len(grey), height, by, width, by).mean(axis=(2, 4))
    return np.asarray(ndimage.gaussian_filter(grey, (0, BLUR, BLUR)), dtype=np.float32)
