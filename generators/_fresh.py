"""The shared base of `real` and `wrong-class`: fresh real images, unchanged."""

from __future__ import annotations

from benchmark.api import CannotFit, Context, Control, Images


class Fresh(Control):
    """Fresh real images, which no other role uses."""

    roles = ("fresh",)

    def fit(self, real: Images, ctx: Context) -> None:
        """Keep the fresh images (n, h, w, c)."""
        self.real = real

    def sample(self, n: int, ctx: Context) -> Images:
        """Return the first `n` of them. Raises CannotFit if there are fewer."""
        if n > len(self.real):
            raise CannotFit(f"{n} images were requested, but there are only {len(self.real)} fresh real images")
        return self.real[:n]
