"""The control `real`: fresh real images, the best that can be expected."""

from __future__ import annotations

from benchmark.api import Generator, hookimpl
from generators._fresh import Fresh


class Real(Fresh):
    """Fresh real images, used for nothing else: the best that can be expected."""

    name = "real"
    label = "Fresh real"


@hookimpl
def bench_generators() -> list[type[Generator]]:
    """Register the control."""
    return [Real]
