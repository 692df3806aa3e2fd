"""The control `copy`: the training images themselves."""

from __future__ import annotations

from benchmark.api import Context, Control, Generator, Images, hookimpl
from generators._draw import in_turn


class Copy(Control):
    """Training images, drawn without replacement until they run out: a generator that only copies."""

    name = "copy"
    label = "Training copies"

    def fit(self, real: Images, ctx: Context) -> None:
        """Keep the training images (n, h, w, c)."""
        self.real = real

    def sample(self, n: int, ctx: Context) -> Images:
        """Return `n` of them; each is used once before any is used again."""
        return self.real[in_turn(n, len(self.real), ctx.rng)]


@hookimpl
def bench_generators() -> list[type[Generator]]:
    """Register the control."""
    return [Copy]
