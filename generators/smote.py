"""SMOTE: interpolation between training images and their neighbours."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from benchmark.api import Array, CannotFit, Context, Generator, Images, Task, hookimpl

BLOCK = 2**24  # distances in memory at once: 64 MiB
TOO_FEW = "needs at least 2 training images: SMOTE interpolates between two"


@dataclass
class Smote(Generator):
    """SMOTE: a point between a training image and one of its k nearest neighbours.

    x + gap * (neighbour - x), with the neighbour drawn from the k nearest of x and one gap in [0, 1) an image (the
    paper's text: 'along the line segment'; its listing draws one for each pixel, which leaves the segment).
    x is drawn anew for each image, as imbalanced-learn does; the paper takes all training images equally often, which
    is the same on average and for any number of images.

    `variant=published` is not SMOTE: it reproduces a slip of a published listing, X[i mod n] + gap * (X[nn] - X[j]),
    with i the loop counter and nn a neighbour of the random j. Metrics of distributions rate it above SMOTE.
    """

    name = "smote"
    label = "SMOTE"
    light = True
    tags = ("baseline",)
    source = "Chawla et al.: SMOTE: synthetic minority over-sampling technique, JAIR 16, 2002, section 4.2"

    k: int = field(default=5, metadata={"min": 1, "help": "nearest neighbours to draw from; all where there are fewer"})
    variant: Literal["chawla", "published"] = field(
        default="chawla", metadata={"help": "chawla: the paper's; published: a listing that adds the step elsewhere"}
    )

    def skip(self, task: Task) -> str | None:
        """Return why one image is not enough."""
        return TOO_FEW if task.n_real < 2 else None

    def fit(self, real: Images, ctx: Context) -> None:
        """Find the neighbours of each of `real` (n, h, w, c)."""
        if len(real) < 2:
            raise CannotFit(TOO_FEW)
        k = min(self.k, len(real) - 1)
        if k < self.k:
            ctx.warn(f"{self.k} neighbours were asked for; of {len(real)} training images each has {k}.")
        self.real, self.neighbours = real, nearest(real.reshape(len(real), -1), k)

    def sample(self, n: int, ctx: Context) -> Images:
        """Return `n` images; those of the published variant reach outside [0, 1]."""
        count, k = self.neighbours.shape
        base = ctx.rng.integers(count, size=n)
        neighbour = self.neighbours[base, ctx.rng.integers(k, size=n)]
        gap = ctx.rng.random((n, 1, 1, 1), dtype=np.float32)
        images: Images = self.real[base]
        made: Images = self.real[neighbour]
        made -= images  # in place: fresh memory for each step would take longer than the step
        made *= gap
        made += images if self.variant == "chawla" else self.real[np.arange(n) % count]
        return made


def nearest(points: Array, k: int) -> Array:
    """Return the `k` nearest others of each of `points`, float32 (n, d), as indices int64 (n, k), least index first.

    Squared distances are |a|^2 + |b|^2 - 2ab; |a|^2 is left out: it is the same for all neighbours of a. In float32
    this loses digits, so where the k-th and the next lie closer than the bound of the error, differences decide.
    """
    squares = np.vecdot(points, points)
    error = 4 * points.shape[1] * np.finfo(np.float32).eps * squares.max()
    found = np.empty((len(points), k), dtype=np.int64)
    rows = max(BLOCK // len(points), 1)
    for first in range(0, len(points), rows):
        block = points[first : first + rows]
        distances = block @ points.T  # half the work where the block is all: BLAS sees the symmetry
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
    """Bring SMOTE."""
    return [Smote]
