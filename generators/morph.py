"""Morph: training images bent towards others of their class."""

from __future__ import annotations

from dataclasses import dataclass, field

from benchmark.api import Context, Generator, Images, Task, hookimpl
from generators._finish import Finish
from generators._morphs import Morphs
from generators._register import Frame

CURVE = 500  # images from which the tone curve is learned


@dataclass
class Morph(Generator):
    """Training images, each bent part of the way towards two others that are like it, at another place, size and slant.

    Images are registered first. Of the nearest neighbours of an image two are drawn, the fields that bend it into
    each of them are found, and it follows a random share of each, and a little of a smooth random field. Its moments
    are drawn from a kernel estimate round its own.
    """

    name = "morph"
    label = "Morph"
    light = True
    source = "Thirion: Image matching as a diffusion process, Medical Image Analysis 1998; the mixing is our own"

    neighbours: int = field(default=10, metadata={"min": 1, "help": "of an image, of which two are drawn"})
    reach: float = field(default=2.0, metadata={"min": 0, "help": "1: at most all the way to a neighbour"})
    elastic: float = field(default=1.0, metadata={"min": 0, "help": "of the random field; 1: as far as neighbours are"})

    def skip(self, task: Task) -> str | None:
        """Return why two images are not enough."""
        return "needs at least 3 training images" if task.n_real < 3 else None

    def fit(self, real: Images, ctx: Context) -> None:
        """Register the images (n, h, w, c) and find their neighbours."""
        self.frame = Frame.of(real)
        self.morphs = Morphs.of(*self.frame.register(real), self.neighbours, self.reach, self.elastic)
        self.finish = Finish.of(self._draw(CURVE, ctx), real)

    def sample(self, n: int, ctx: Context) -> Images:
        """Return `n` bent images."""
        return self.finish(self._draw(n, ctx))

    def _draw(self, n: int, ctx: Context) -> Images:
        return self.frame.restore(*self.morphs.draw(n, ctx.rng))


@hookimpl
def bench_generators() -> list[type[Generator]]:
    """Bring morph."""
    return [Morph]
