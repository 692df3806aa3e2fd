"""The control `wrong-class`: real images of another class."""

from __future__ import annotations

from benchmark.api import CannotFit, Context, Control, Generator, Images, Task, hookimpl


class WrongClass(Control):
    """Fresh real images of the next class in label order (the last wraps to the first)."""

    name = "wrong-class"
    label = "Another class"
    role = "fresh"
    next_class = True

    def skip(self, task: Task) -> str | None:
        """Return why it does not exist where there is one class."""
        return "the data have one class" if task.n_classes < 2 else None

    def fit(self, real: Images, ctx: Context) -> None:
        """Keep the other class's fresh images (n, h, w, c)."""
        self.real = real

    def sample(self, n: int, ctx: Context) -> Images:
        """Return the first `n` of them. Raises CannotFit where there are fewer."""
        if n > len(self.real):
            raise CannotFit(f"{n} images were asked for, there are {len(self.real)} fresh real ones")
        return self.real[:n]


@hookimpl
def bench_generators() -> list[type[Generator]]:
    """Bring the control."""
    return [WrongClass]
