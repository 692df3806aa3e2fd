"""Options as fields of a dataclass: their metadata describe how a setting is typed, explained and checked."""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from benchmark.errors import InputError, unknown
from benchmark.settings import values

T = TypeVar("T")
WORDS = {int: "a whole number", float: "a number", bool: "true or false", str: "a string"}
PLURALS = {int: "whole numbers", str: "strings"}


@dataclass(frozen=True)
class Option:
    """One setting. Its name, type and default are those of the field.

    flags: as typed. `Settings.command` writes the first one; if that is a short one, `--name` is put before it.
    shown: the default as the help shows it, if it is not the value itself.
    usual: the value if none is set, and the one with `--quick`.
    bounds: the smallest and the largest allowed value.
    joined: several values are one word with commas; otherwise the flag is repeated.
    commands: those that have the option.
    repeated: whether it is part of the command that continues or repeats a run.
    """

    help: str
    flags: tuple[str, ...] = ()
    metavar: str = ""
    shown: str = ""
    usual: tuple[int, int] | None = None
    bounds: tuple[float, float] | None = None
    choices: tuple[str, ...] = ()
    joined: bool = False
    positional: bool = False
    commands: tuple[str, ...] = ("run", "score")
    repeated: bool = True
    name: str = ""
    hint: Any = str
    default: Any = None

    @property
    def many(self) -> bool:
        """Whether it holds several values."""
        return typing.get_origin(self._kind) is tuple

    @property
    def item(self) -> type:
        """The type of a value, or of each value if there are several."""
        kind: type = typing.get_args(self._kind)[0] if self.many else self._kind
        return kind

    @property
    def spellings(self) -> tuple[str, ...]:
        """All flags, the long one first."""
        long = () if self.flags and self.flags[0].startswith("--") else (f"--{self.name.replace('_', '-')}",)
        return (*long, *self.flags)

    @property
    def help_text(self) -> str:
        """The help, with the default."""
        default = self.shown or ("" if self.hint is bool else as_text(self.default))
        if self.usual:
            normal, quick = self.usual
            default = f"{normal}, or {quick} with --quick"
        return f"{self.help}  [default: {default}]" if default else self.help

    @property
    def allowed(self) -> str:
        """The allowed values in words, such as 'a whole number from 1 to 1,024'."""
        word = f"a list of {PLURALS[self.item]}" if self.many else WORDS[self.item]
        return word + (f" from {self.bounds[0]:,} to {self.bounds[1]:,}" if self.bounds else "")

    def typed(self, value: Any, origin: str) -> Any:
        """Return a plain value, such as one from TOML, in the type of the field. Raises InputError."""
        try:
            if value is None and type(None) in typing.get_args(self.hint):
                return None
            if self.many:
                return tuple(map(self._item, value if isinstance(value, (list, tuple)) else (value,)))
            if self.item is str and isinstance(value, (list, tuple)):
                return ",".join(map(self._item, value))
            return self._item(value)
        except (TypeError, OverflowError):
            raise InputError(f"{self.name} in {origin} is {value!r}; it must be {self.allowed}.") from None

    def check(self, value: Any) -> None:
        """Raise InputError if a value is out of range or not among the choices."""
        for each in value if self.many and value is not None else (value,):
            if isinstance(each, str) and (each or self.default or self.many):
                values.check(self.spellings[0] if not self.positional else self.metavar, each, self.metavar)
            if self.bounds and each is not None and not self.bounds[0] <= each <= self.bounds[1]:
                low, high = self.bounds
                raise InputError(
                    f"{self.spellings[0]} {as_text(each)} is out of range; allowed are {low:,} to {high:,}."
                )
            if self.choices and each not in (*self.choices, self.default):
                raise unknown(self.spellings[0], each, self.choices)

    def words(self, value: Any) -> list[str]:
        """Return a value as it is typed, with its flag."""
        flag = self.spellings[0]
        if self.hint is bool:
            return [flag]
        if self.many and not self.joined:
            return [word for each in value for word in (flag, as_text(each))]
        return [flag, as_text(value)]

    @property
    def _kind(self) -> Any:
        if typing.get_origin(self.hint) not in (typing.Union, types.UnionType):
            return self.hint
        return next(kind for kind in typing.get_args(self.hint) if kind is not type(None))

    def _item(self, value: Any) -> Any:
        """Return one value. Raises TypeError."""
        accepted = {str: (str, int, Path), float: (int, float)}.get(self.item, self.item)
        if not isinstance(value, accepted) or (isinstance(value, bool) and self.item is not bool):
            raise TypeError
        return self.item(value)


def option(default: T, *flags: str, **about: Any) -> T:
    """Return a dataclass field with the content of an `Option`; the flag `--name` need not be given."""
    return field(default=default, metadata={"option": Option(flags=flags, **about)})


def changed(kind: Any, name: str, **changes: Any) -> Any:
    """Return a field that overrides one of the class `kind`: the same option except for the changes."""
    made = replace(options_of(kind)[name], **changes)
    return field(default=made.default, metadata={"option": made})


def options_of(kind: Any) -> Mapping[str, Option]:
    """Return the options of a settings class by name: its own ones first, then those that it inherits."""
    return _options_of(kind)


@cache
def _options_of(kind: Any) -> Mapping[str, Option]:
    hints, declared = typing.get_type_hints(kind), {each.name: each for each in fields(kind)}
    own = [name for name in vars(kind)["__annotations__"] if name in declared]
    return {
        name: replace(declared[name].metadata["option"], name=name, hint=hints[name], default=declared[name].default)
        for name in dict.fromkeys([*own, *declared])
    }


def as_text(value: Any) -> str:
    """Return a value as it is typed; None is ''."""
    if isinstance(value, tuple):
        return ",".join(map(as_text, value))
    return "" if value is None else str(value).removesuffix(".0") if isinstance(value, float) else str(value)
