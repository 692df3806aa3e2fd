"""SMOTE: interpolation between training images and their neighbours."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from benchmark.api import Array, CannotFit, Context, Generator, Images, Task, hookimpl

BLOCK = 256                     # images whose distances to all others are in memory at once
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
        start = base if self.variant == "chawla" else np.arange(n) % count
        neighbour = self.neighbours[base, ctx.rng.integers(k, size=n)]
        gap = ctx.rng.random((n, 1, 1, 1), dtype=np.float32)
        made: Images = self.real[neighbour]
        made -= self.real[base]                 # in place: fresh memory for each step would take longer than the step
        made *= gap
        made += self.real[start]
        return made


def nearest(points: Array, k: int) -> Array:
    """Return the `k` nearest others of each of `points` (n, d), int64 (n, k), in no order; a point is never its own.

    Squared distances are |a|^2 + |b|^2 - 2ab, in float64: in float32 cancellation swaps near neighbours. |a|^2 is left
    out: it is the same for all neighbours of a.
    """
    points = points.astype(np.float64)
    squares = np.einsum("ij,ij->i", points, points)
    found = np.empty((len(points), k), dtype=np.int64)
    for first in range(0, len(points), BLOCK):
        block = points[first : first + BLOCK]
        distances = block @ points.T
        distances *= -2
        distances += squares
        own = np.arange(len(block))
        distances[own, first + own] = np.inf
        found[first : first + BLOCK] = np.argpartition(distances, k - 1, axis=1)[:, :k]
    return found


@hookimpl
def bench_generators() -> list[type[Generator]]:
    """Bring SMOTE."""
    return [Smote]
