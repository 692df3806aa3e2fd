"""The control `copy`: training images themselves."""

from __future__ import annotations

import numpy as np

from benchmark.api import Context, Control, Generator, Images, hookimpl


class Copy(Control):
    """Training images, drawn without replacement while they last: a full copier."""

    name = "copy"

    def fit(self, real: Images, ctx: Context) -> None:
        """Keep the training images (n, h, w, c)."""
        self.real = real

    def sample(self, n: int, ctx: Context) -> Images:
        """Return `n` of them: each once before any comes twice."""
        rounds = -(-n // len(self.real))
        order = np.concatenate([ctx.rng.permutation(len(self.real)) for _ in range(rounds)])
        return self.real[order[:n]]


@hookimpl
def bench_generators() -> list[type[Generator]]:
    """Bring the control."""
    return [Copy]
