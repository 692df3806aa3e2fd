"""What holds for all commands: an option is given once, and the values are text and numbers as they look."""

from __future__ import annotations

from collections import Counter
from typing import Any

import click
from click.core import ParameterSource

from benchmark.errors import InputError
from benchmark.settings import values
from benchmark.text import number, whole


class Whole(click.types.IntParamType):
    """A whole number, in the digits 0 to 9: `int` also reads 1_0 and the digits of other scripts."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the number."""
        try:
            return whole(value) if isinstance(value, str) else int(value)
        except ValueError:
            self.fail(f"{value!r} is not a valid integer.", param, ctx)


class Number(click.types.FloatParamType):
    """A finite number, in the digits 0 to 9."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the number."""
        try:
            return number(value) if isinstance(value, str) else float(value)
        except ValueError:
            self.fail(f"{value!r} is not a valid number.", param, ctx)


class Command(click.Command):
    """A command that refuses an option that is given twice, unless the values add up, and text that is none."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the command line. Raises InputError."""
        _, _, given = self.make_parser(ctx).parse_args(args=list(args))
        for param, count in Counter(given).items():
            if count > 1 and isinstance(param, click.Option) and not (param.multiple or param.is_eager):
                raise InputError(f"{spelling(param)} is given {_times(count)}; give it once.")
        rest = super().parse_args(ctx, args)
        for param in self.get_params(ctx):
            if ctx.get_parameter_source(param.name or "") is ParameterSource.COMMANDLINE:
                _check(param, ctx.params.get(param.name or ""))
        return rest


def spelling(param: click.Parameter) -> str:
    """Return a parameter as it is typed: the first long flag, or the metavar of an argument."""
    long = [flag for flag in param.opts if flag.startswith("--")]
    return (long or param.opts)[0] if isinstance(param, click.Option) else param.human_readable_name.strip("[].")


def _check(param: click.Parameter, found: Any) -> None:
    for each in found if isinstance(found, tuple) else (found,):
        if isinstance(each, str):
            values.check(spelling(param), each, param.metavar)


def _times(count: int) -> str:
    return "twice" if count == 2 else f"{count} times"
