"""The control `real`: fresh held-out real images, the best that can be expected."""

from __future__ import annotations

from benchmark.api import CannotFit, Context, Control, Generator, Images, hookimpl


class Real(Control):
    """Fresh real images that no role uses: the best that can be expected."""

    name = "real"
    label = "Fresh real"
    role = "fresh"

    def fit(self, real: Images, ctx: Context) -> None:
        """Keep the fresh images (n, h, w, c)."""
        self.real = real

    def sample(self, n: int, ctx: Context) -> Images:
        """Return the first `n` of them. Raises CannotFit where there are fewer."""
        if n > len(self.real):
            raise CannotFit(f"{n} images were asked for, there are {len(self.real)} fresh real ones")
        return self.real[:n]


@hookimpl
def bench_generators() -> list[type[Generator]]:
    """Bring the control."""
    return [Real]
