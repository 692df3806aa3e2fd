"""Morph: training images warped towards others of their class."""

from __future__ import annotations

from dataclasses import dataclass, field

from benchmark.api import Context, Generator, Images, Task, hookimpl
from generators._finish import Finish
from generators._morphs import Morphs
from generators._register import Frame

CURVE = 500  # samples to which the tone curve is fitted


@dataclass
class Morph(Generator):
    """Training images, each warped part of the way towards two similar ones and given a new position, size and slant.

    Images are registered first. For each image, two of its nearest neighbours are drawn and the displacement fields
    towards them are computed; the image is warped by a random share of each, plus a smooth random field. Its moments
    are drawn around its own from a kernel density estimate.
    """

    name = "morph"
    label = "Morph"
    light = True
    source = "Thirion: Image matching as a diffusion process, Medical Image Analysis 1998; the mixing is our own"

    neighbours: int = field(default=10, metadata={"min": 1, "help": "nearest neighbours from which the two are drawn"})
    reach: float = field(
        default=2.0, metadata={"min": 0, "help": "how far to warp; 1: at most all the way to a neighbour"}
    )
    elastic: float = field(
        default=1.0,
        metadata={"min": 0, "help": "strength of the random field; 1: as strong as the warps to neighbours"},
    )

    def skip(self, task: Task) -> str | None:
        """Refuse fewer than 3 training images."""
        return "needs at least 3 training images" if task.n_real < 3 else None

    def fit(self, real: Images, ctx: Context) -> None:
        """Register the images (n, h, w, c) and find the neighbours of each."""
        self.frame = Frame.of(real)
        self.morphs = Morphs.of(*self.frame.register(real), self.neighbours, self.reach, self.elastic)
        self.finish = Finish.of(self._draw(CURVE, ctx), real)

    def sample(self, n: int, ctx: Context) -> Images:
        """Return `n` warped images, float (n, h, w, c)."""
        return self.finish(self._draw(n, ctx))

    def _draw(self, n: int, ctx: Context) -> Images:
        return self.frame.restore(*self.morphs.draw(n, ctx.rng))


@hookimpl
def bench_generators() -> list[type[Generator]]:
    """Register Morph."""
    return [Morph]
