"""Options as click declares them: those of settings, and those that several commands share."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

import click

from benchmark.cli._command import Number, Whole
from benchmark.cli._complete import completer
from benchmark.errors import InputError
from benchmark.settings import Settings, from_mapping, read_toml
from benchmark.settings.option import Option, options_of
from benchmark.text import whole

Command: TypeAlias = Callable[..., Any]
Decorator: TypeAlias = Callable[[Command], Command]
READ: dict[type, Callable[[str], Any]] = {int: whole, str: str}
TYPES: dict[type, Any] = {int: Whole(), float: Number()}


class Joined(click.ParamType[tuple[Any, ...]]):
    """Values joined by commas."""

    def __init__(self, option: Option) -> None:
        """Take the type of the values from an option."""
        self.name, self._option = option.metavar, option

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[Any, ...]:
        """Return a tuple of values."""
        if isinstance(value, str) and not all(word.strip() for word in value.split(",")):
            self.fail(f"{value!r} has nothing before, after or between its commas.", param, ctx)
        try:
            return (
                value
                if isinstance(value, tuple)
                else tuple(READ[self._option.item](w.strip()) for w in value.split(","))
            )
        except ValueError:
            self.fail(f"{value!r} is not allowed; write whole numbers joined by commas, such as 50,1000.", param, ctx)


def _offline(_: click.Context, __: click.Parameter, wanted: bool) -> None:
    if wanted:
        os.environ["SYNTHASSAY_OFFLINE"] = "1"  # every process of the run reads data, and inherits it


config = click.option(
    "--config", metavar="FILE", help="Read options from a TOML file, such as the run.toml that every run writes."
)
offline = click.option(
    "--offline",
    is_flag=True,
    expose_value=False,
    callback=_offline,
    help="Do not download data; if data are missing, say where to put them.",
)
dry_run = click.option(
    "--dry-run", is_flag=True, help="Check all input and show what would be done, with an estimate of the time."
)
open_ = click.option("--open", "open_", is_flag=True, help="Open the report in the browser.")
quiet = click.option("--quiet", "-q", is_flag=True, help="Show no progress.")
verbose = click.option("--verbose", "-v", is_flag=True, help="Print one line per finished cell.")
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")


def declared(option: Option) -> Decorator:
    """Return the decorator that adds an option to a command; None and () mean that it was not given."""
    if option.positional:
        return click.argument(option.name, nargs=-1, metavar=option.metavar)
    metavar = option.metavar or "|".join(option.choices) or None
    about: dict[str, Any] = {
        "metavar": metavar,
        "type": Joined(option) if option.joined else TYPES.get(option.item, option.item),
    }
    if option.hint is bool:
        about = {"is_flag": True, "flag_value": not option.default}
    elif option.many and not option.joined:
        about["multiple"] = True
    about["default"] = () if "multiple" in about else None
    about["shell_complete"] = completer(option)
    return click.option(*option.spellings, option.name, help=option.help_text, **about)


def setting(name: str, **changes: Any) -> Decorator:
    """Return the decorator that adds one option of `bench run` to another command, where it may read differently."""
    option = options_of(Settings)[name]
    if option.usual:  # no other command has --quick's sizes
        changes = {"usual": None, "shown": str(option.usual[0]), **changes}
    return declared(replace(option, **changes))


def all_of(kind: type[Settings], *more: Decorator) -> Decorator:
    """Return the decorator that adds all options of a command with these settings, `more`, and those of any run."""

    def add(function: Command) -> Command:
        settings = [declared(each) for each in options_of(kind).values() if kind.COMMAND in each.commands]
        for decorate in reversed([*settings, *more, config, offline, dry_run, open_, quiet, verbose, as_json]):
            function = decorate(function)
        return function

    return add


def given(options: dict[str, Any]) -> dict[str, Any]:
    """Return the options that were typed."""
    return {name: value for name, value in options.items() if value is not None and value != ()}


def settings_of(options: dict[str, Any], config: str | None, needed: str, missing: str) -> Settings:
    """Return the settings of what was typed and what --config holds; what was typed wins.

    missing: the error where the option `needed` is neither typed nor in the file. Raises InputError.
    """
    values = {**(read_toml(Path(config)) if config else {}), **given(options)}
    if not values.get(needed):
        raise InputError(missing)
    return from_mapping(values, config or "the command line")
