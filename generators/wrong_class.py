"""The control `wrong-class`: real images of another class."""

from __future__ import annotations

from benchmark.api import Generator, Task, hookimpl
from generators._fresh import Fresh


class WrongClass(Fresh):
    """Fresh real images of the next class in label order (the last wraps to the first)."""

    name = "wrong-class"
    label = "Another class"
    class_shift = 1

    def skip(self, task: Task) -> str | None:
        """Return why it does not exist where there is one class."""
        return "the data have one class" if task.n_classes < 2 else None


@hookimpl
def bench_generators() -> list[type[Generator]]:
    """Bring the control."""
    return [WrongClass]
