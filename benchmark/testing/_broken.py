"""A generator that fails: reports that sections are checked with have a failure to show."""

from __future__ import annotations

from benchmark.api import CannotFit, Context, Generator, Images, hookimpl


class Broken(Generator):
    """Cannot be fitted on anything."""

    name = "broken"
    light = True

    def fit(self, real: Images, ctx: Context) -> None:
        """Say that it cannot."""
        raise CannotFit("it is made to fail")

    def sample(self, n: int, ctx: Context) -> Images:
        """Say so again: it is never fitted."""
        raise CannotFit("it is made to fail")


@hookimpl
def bench_generators() -> list[type[Generator]]:
    """Bring it."""
    return [Broken]
