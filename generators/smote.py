"""SMOTE: interpolation between training images and their nearest neighbours."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from benchmark.api import Array, CannotFit, Context, Generator, Images, Task, hookimpl

BLOCK = 2**24  # distances held in memory at a time: 64 MiB
TOO_FEW = "needs at least 2 training images, because SMOTE interpolates between two"


@dataclass
class Smote(Generator):
    """SMOTE: a random point between a training image and one of its k nearest neighbours.

    Formula: x + gap * (neighbour - x), with the neighbour drawn from the k nearest of x, and one gap in [0, 1) per
    image (the paper's text says 'along the line segment'; its listing draws a gap per pixel, which leaves the segment).
    x is drawn at random for each image, as in imbalanced-learn. The paper uses all training images equally often: the
    same on average, and random draws work for any number of images.

    `variant=published` is not SMOTE: it reproduces a mistake in a published listing, X[i mod n] + gap * (X[nn] - X[j]),
    where i is the loop counter and nn is a neighbour of the random j. Distribution metrics rate it above SMOTE.
    """

    name = "smote"
    label = "SMOTE"
    light = True
    tags = ("baseline",)
    source = "Chawla et al.: SMOTE: synthetic minority over-sampling technique, JAIR 16, 2002, section 4.2"

    k: int = field(default=5, metadata={"min": 1, "help": "nearest neighbours to draw from; all if there are fewer"})
    variant: Literal["chawla", "published"] = field(
        default="chawla",
        metadata={"help": "chawla: as in the paper; published: as in a listing that adds the step to another image"},
    )

    def skip(self, task: Task) -> str | None:
        """Refuse fewer than 2 training images."""
        return TOO_FEW if task.n_real < 2 else None

    def fit(self, real: Images, ctx: Context) -> None:
        """Find the nearest neighbours of each image in `real` (n, h, w, c). Raises CannotFit if there is only one."""
        if len(real) < 2:
            raise CannotFit(TOO_FEW)
        k = min(self.k, len(real) - 1)
        if k < self.k:
            ctx.warn(f"k={self.k} was requested, but {len(real)} training images allow at most k={k}, which is used.")
        self.real, self.neighbours = real, nearest(real.reshape(len(real), -1), k)

    def sample(self, n: int, ctx: Context) -> Images:
        """Return `n` images, float32 (n, h, w, c); those of the published variant may exceed [0, 1]."""
        count, k = self.neighbours.shape
        base = ctx.rng.integers(count, size=n)
        neighbour = self.neighbours[base, ctx.rng.integers(k, size=n)]
        gap = ctx.rng.random((n, 1, 1, 1), dtype=np.float32)
        images: Images = self.real[base]
        made: Images = self.real[neighbour]
        made -= images  # in place: allocating memory for each step would take longer than the step
        made *= gap
        made += images if self.variant == "chawla" else self.real[np.arange(n) % count]
        return made


def nearest(points: Array, k: int) -> Array:
    """Return the `k` nearest neighbours of each of `points`, float32 (n, d), as sorted indices, int64 (n, k).

    Squared distances are |a|^2 + |b|^2 - 2ab, without |a|^2, which is the same for all neighbours of a. In float32 this
    loses digits, so if the k-th and the next are closer than the error bound, they are computed from differences.
    """
    squares = np.vecdot(points, points)
    error = 4 * points.shape[1] * np.finfo(np.float32).eps * squares.max()
    found = np.empty((len(points), k), dtype=np.int64)
    rows = max(BLOCK // len(points), 1)
    for first in range(0, len(points), rows):
        block = points[first : first + rows]
        distances = block @ points.T  # half the work if the block is everything: BLAS detects the symmetry
        distances *= -2
        distances += squares
        own = np.arange(len(block))
        distances[own, first + own] = np.inf
        last, after = np.partition(distances, (k - 1, k), axis=1)[:, k - 1 : k + 1].T
        unsure = after - last <= error
        near = distances <= last[:, None]
        near[unsure] = False
        found[first : first + rows][~unsure] = np.nonzero(near)[1].reshape(-1, k)
        for i in np.flatnonzero(unsure):
            among = np.flatnonzero(distances[i] <= last[i] + error)
            apart = ((points[among].astype(np.float64) - block[i]) ** 2).sum(axis=1)
            found[first + i] = np.sort(among[np.argsort(apart, kind="stable")[:k]])
    return found


@hookimpl
def bench_generators() -> list[type[Generator]]:
    """Register SMOTE."""
    return [Smote]
