"""What `real` and `wrong-class` are made of: fresh images, as they are."""

from __future__ import annotations

from benchmark.api import CannotFit, Context, Control, Images


class Fresh(Control):
    """Fresh real images that no role uses."""

    roles = ("fresh",)

    def fit(self, real: Images, ctx: Context) -> None:
        """Keep the fresh images (n, h, w, c)."""
        self.real = real

    def sample(self, n: int, ctx: Context) -> Images:
        """Return the first `n` of them. Raises CannotFit where there are fewer."""
        if n > len(self.real):
            raise CannotFit(f"{n} images were asked for, there are {len(self.real)} fresh real ones")
        return self.real[:n]
