"""The parameters of a plugin: its dataclass fields, parsed, checked and written as text."""

from __future__ import annotations

import dataclasses
import math
import types
import typing
from typing import TYPE_CHECKING, Any

from benchmark.errors import InputError, unknown
from benchmark.plugins.raised import calling, words_of
from benchmark.text import number, whole

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from benchmark.api import Plugin

READ: dict[Any, Callable[[str], Any]] = {int: whole, float: number}
_WORDS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


@dataclasses.dataclass(frozen=True)
class Parameter:
    """One parameter: a dataclass field, with the range and the help text from its metadata."""

    name: str
    type: Any
    default: Any
    help: str = ""
    minimum: float | None = None
    maximum: float | None = None
    above: float | None = None
    below: float | None = None

    @property
    def allowed(self) -> str:
        """The allowed values in words, such as 'a whole number from 1'."""
        return _allowed(self.type) + "".join(
            f" {word} {bound:g}"
            for word, bound in (
                ("from", self.minimum),
                ("above", self.above),
                ("to", self.maximum),
                ("below", self.below),
            )
            if bound is not None
        )

    def parse(self, text: str, owner: str) -> Any:
        """Return the value written as `text`. Raises InputError."""
        try:
            value = _parse(self.type, text)
        except ValueError:
            raise InputError(
                f"{owner}[{self.name}={text}]: {text!r} is not allowed; {self.name} must be {self.allowed}."
            ) from None
        self.check(value, owner)
        return value

    def check(self, value: Any, owner: str) -> None:
        """Raise InputError if `value` is out of range."""
        for each in value if isinstance(value, tuple) else (value,):
            if isinstance(each, (int, float)) and not isinstance(each, bool) and not self._inside(each):
                raise InputError(
                    f"{owner}[{self.name}={to_text(value)}]: out of range; {self.name} must be {self.allowed}."
                )

    def _inside(self, number: float) -> bool:
        return (
            (self.minimum is None or number >= self.minimum)
            and (self.maximum is None or number <= self.maximum)
            and (self.above is None or number > self.above)
            and (self.below is None or number < self.below)
            and not math.isnan(number)
        )


def fault(parameter: Parameter) -> str:
    """Return what is wrong with the declaration of a parameter, or ""."""
    if not _supported(parameter.type):
        return f"the type {parameter.type}; allowed are int, float, bool, str, Literal, these | None, tuple[int, ...]"
    if not _has_type(parameter.default, parameter.type):
        return f"the default {parameter.default!r}, which is not {parameter.allowed}"
    return ""


def _supported(kind: Any) -> bool:
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin is typing.Literal:
        return True
    if origin in (typing.Union, types.UnionType):
        return all(a is type(None) or _supported(a) for a in arguments)
    if origin is tuple:
        return len(arguments) == 2 and arguments[1] is ... and arguments[0] in (int, float)
    return kind in (int, float, bool, str)


def _has_type(value: Any, kind: Any) -> bool:
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin is typing.Literal:
        return value in arguments
    if origin in (typing.Union, types.UnionType):
        return any(value is None if a is type(None) else _has_type(value, a) for a in arguments)
    if origin is tuple:
        return isinstance(value, tuple) and all(_has_type(part, arguments[0]) for part in value)
    if isinstance(value, bool) or kind is bool:
        return isinstance(value, bool) and kind is bool
    return isinstance(value, (int, float) if kind is float else kind)


def parameters_of(plugin: type[Plugin]) -> dict[str, Parameter]:
    """Return the parameters of a plugin class by name, in the order of its fields."""
    declared: Any = plugin
    if not dataclasses.is_dataclass(declared):
        return {}
    hints = typing.get_type_hints(plugin)
    found = {}
    for field in dataclasses.fields(declared):
        if not field.init:
            continue
        default = field.default_factory() if field.default_factory is not dataclasses.MISSING else field.default
        meta = {"min": None, "max": None, "above": None, "below": None, "help": "", **field.metadata}
        found[field.name] = Parameter(
            field.name, hints[field.name], default, meta["help"], meta["min"], meta["max"], meta["above"], meta["below"]
        )
    return found


def build(plugin: type[Plugin], texts: Mapping[str, str]) -> Plugin:
    """Return an instance with the parameters given as text. Raises InputError."""
    allowed = parameters_of(plugin)
    values = {}
    for name, text in texts.items():
        if name not in allowed:
            raise unknown(f"parameter of {plugin.name}", name, allowed)
        values[name] = allowed[name].parse(text, plugin.name)
    return build_from_values(plugin, values)


def build_from_values(plugin: type[Plugin], values: Mapping[str, Any]) -> Plugin:
    """Return an instance with these parameter values. Raises InputError if the plugin rejects them."""
    with calling(plugin, "its constructor"):
        try:
            return plugin(**values)
        except ValueError as error:
            raise InputError(f"{plugin.name}: {words_of(error)}") from None


def values_of(plugin: Plugin) -> dict[str, Any]:
    """Return all parameters of an instance by name."""
    return {name: getattr(plugin, name) for name in parameters_of(type(plugin))}


def config_of(plugin: Plugin) -> str:
    """Return the configuration as written on the command line, with the parameters that differ from their defaults."""
    allowed, values = parameters_of(type(plugin)), values_of(plugin)
    changed = [f"{name}={to_text(value)}" for name, value in values.items() if value != allowed[name].default]
    return f"{plugin.name}[{','.join(changed)}]" if changed else plugin.name


def to_text(value: Any) -> str:
    """Return a parameter value as text that `parse` can read back."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return "-".join(map(to_text, value))
    if value is None:
        return "none"
    return repr(value) if isinstance(value, float) else str(value)


def _parse(kind: Any, text: str) -> Any:
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin is typing.Literal:
        found = [choice for choice in arguments if to_text(choice) == text]
        if not found:
            raise ValueError
        return found[0]
    if origin in (typing.Union, types.UnionType):
        if type(None) in arguments and text.lower() == "none":
            return None
        for candidate in arguments:
            if candidate is not type(None):
                return _parse(candidate, text)
    if origin is tuple:
        return tuple(_parse(arguments[0], part) for part in text.split("-"))
    if kind is bool:
        if text.lower() not in _WORDS:
            raise ValueError
        return _WORDS[text.lower()]
    return READ.get(kind, kind)(text)


def _allowed(kind: Any) -> str:
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin is typing.Literal:
        return "one of " + ", ".join(map(to_text, arguments))
    if origin in (typing.Union, types.UnionType):
        return " or ".join("none" if a is type(None) else _allowed(a) for a in arguments)
    if origin is tuple:
        return f"numbers joined by '-' ({_allowed(arguments[0])} each)"
    return {int: "a whole number", float: "a number", bool: "true or false", str: "text"}.get(kind, str(kind))
