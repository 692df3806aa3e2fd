"""The control `noise`: Gaussian noise with the mean and sd of each pixel of the training images."""

from __future__ import annotations

import numpy as np

from benchmark.api import Context, Control, Generator, Images, hookimpl


class Noise(Control):
    """Gaussian noise with the mean and standard deviation of each pixel of the training images, clipped to [0, 1]."""

    name = "noise"
    label = "Noise"

    def fit(self, real: Images, ctx: Context) -> None:
        """Compute the mean and sd of each pixel of `real` (n, h, w, c)."""
        self.mean, self.sd = real.mean(axis=0), real.std(axis=0)

    def sample(self, n: int, ctx: Context) -> Images:
        """Return `n` independent draws, float (n, h, w, c)."""
        return np.clip(ctx.rng.normal(self.mean, self.sd, (n, *self.mean.shape)), 0, 1)


@hookimpl
def bench_generators() -> list[type[Generator]]:
    """Register the control."""
    return [Noise]
