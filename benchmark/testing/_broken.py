"""A generator that fails, so that the report on which sections are checked contains a failure."""

from __future__ import annotations

from benchmark.api import CannotFit, Context, Generator, Images, hookimpl


class Broken(Generator):
    """Cannot be fitted to anything."""

    name = "broken"
    light = True

    def fit(self, real: Images, ctx: Context) -> None:
        """Raise CannotFit."""
        raise CannotFit("this generator always fails")

    def sample(self, n: int, ctx: Context) -> Images:
        """Raise CannotFit; it is never fitted."""
        raise CannotFit("this generator always fails")


@hookimpl
def bench_generators() -> list[type[Generator]]:
    """Register the generator."""
    return [Broken]
