"""Elastic: training images, deformed by smooth random fields."""

from __future__ import annotations

from dataclasses import dataclass, field

from benchmark.api import Context, Generator, Images, hookimpl
from generators._demons import displaced
from generators._draw import in_turn
from generators._morphs import smooth_noise


@dataclass
class Elastic(Generator):
    """Training images, each deformed by a smooth random displacement field.

    Gaussian noise is smoothed with a Gaussian of `smooth` pixels and then scaled so that the displacements have a
    standard deviation of `strength` pixels. In the paper, alpha multiplies the smoothed noise instead, so that the
    displacement also depends on the smoothing.
    """

    name = "elastic"
    label = "Elastic"
    light = True
    tags = ("baseline",)
    source = "Simard, Steinkraus and Platt: Best practices for convolutional neural networks, ICDAR 2003, section 2"

    strength: float = field(default=0.5, metadata={"min": 0, "help": "displacement (sd), in pixels"})
    smooth: float = field(default=4.0, metadata={"above": 0, "help": "smoothing of the field, in pixels"})

    def fit(self, real: Images, ctx: Context) -> None:
        """Keep the training images (n, h, w, c)."""
        self.real = real

    def sample(self, n: int, ctx: Context) -> Images:
        """Return `n` deformed images, float (n, h, w, c); the training images are used in turn."""
        images = self.real[in_turn(n, len(self.real), ctx.rng)]
        return displaced(images, self.strength * smooth_noise(n, images.shape[1:3], ctx.rng, self.smooth))


@hookimpl
def bench_generators() -> list[type[Generator]]:
    """Register Elastic."""
    return [Elastic]
