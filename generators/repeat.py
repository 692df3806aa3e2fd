"""The control `repeat`: one training image repeated, as after a mode collapse."""

from __future__ import annotations

import numpy as np

from benchmark.api import Context, Control, Generator, Images, hookimpl

SD = 0.02


class Repeat(Control):
    """One training image repeated, with noise of sd .02, clipped to [0, 1]: a mode collapse."""

    name = "repeat"
    label = "One image repeated"

    def fit(self, real: Images, ctx: Context) -> None:
        """Draw one image of `real` (n, h, w, c)."""
        self.image: Images = real[ctx.rng.integers(len(real))]

    def sample(self, n: int, ctx: Context) -> Images:
        """Return it `n` times, float (n, h, w, c), each with its own noise."""
        return np.clip(self.image + ctx.rng.normal(0, SD, (n, *self.image.shape)), 0, 1)


@hookimpl
def bench_generators() -> list[type[Generator]]:
    """Register the control."""
    return [Repeat]
