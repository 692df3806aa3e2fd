"""The control `copy`: training images themselves."""

from __future__ import annotations

from benchmark.api import Context, Control, Generator, Images, hookimpl
from generators._draw import in_turn


class Copy(Control):
    """Training images, drawn without replacement while they last: a full copier."""

    name = "copy"
    label = "Training copies"

    def fit(self, real: Images, ctx: Context) -> None:
        """Keep the training images (n, h, w, c)."""
        self.real = real

    def sample(self, n: int, ctx: Context) -> Images:
        """Return `n` of them: each once before any comes twice."""
        return self.real[in_turn(n, len(self.real), ctx.rng)]


@hookimpl
def bench_generators() -> list[type[Generator]]:
    """Bring the control."""
    return [Copy]
