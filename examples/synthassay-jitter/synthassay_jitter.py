"""Jitter: training images with Gaussian pixel noise."""

from __future__ import annotations

from dataclasses import dataclass, field

from benchmark.api import Context, Generator, Images, hookimpl


@dataclass
class Jitter(Generator):
    """Training images with Gaussian pixel noise."""

    name = "jitter"
    light = True  # numpy is enough; otherwise declare what is needed: needs = ("torch",)

    sigma: float = field(default=0.1, metadata={"min": 0, "help": "standard deviation of the noise"})

    def fit(self, real: Images, ctx: Context) -> None:
        """Store the training images: float32, (n, height, width, channels), in [0, 1]."""
        self.real = real

    def sample(self, n: int, ctx: Context) -> Images:
        """Return `n` training images with noise; every random number comes from `ctx.rng`."""
        picked = self.real[ctx.rng.integers(len(self.real), size=n)]
        return picked + ctx.rng.normal(0, self.sigma, picked.shape)


@hookimpl
def bench_generators() -> list[type[Generator]]:
    """Register the generator."""
    return [Jitter]
