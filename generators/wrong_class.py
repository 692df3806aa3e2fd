"""The control `wrong-class`: real images of another class."""

from __future__ import annotations

from benchmark.api import Generator, Task, hookimpl
from generators._fresh import Fresh


class WrongClass(Fresh):
    """Fresh real images of the next class in label order (the last wraps around to the first)."""

    name = "wrong-class"
    label = "Another class"
    class_shift = 1

    def skip(self, task: Task) -> str | None:
        """Refuse datasets with a single class."""
        return "the dataset has only one class" if task.n_classes < 2 else None


@hookimpl
def bench_generators() -> list[type[Generator]]:
    """Register the control."""
    return [WrongClass]
