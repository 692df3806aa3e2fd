"""Finds faults in plugin modules and classes when they are loaded, before anything runs; one sentence per fault."""

from __future__ import annotations

import dataclasses
import inspect
import re
from collections.abc import Iterator
from difflib import get_close_matches
from types import ModuleType
from typing import Any

from benchmark import hookspecs
from benchmark.api import (
    AnyGenerator,
    ConditionalGenerator,
    Control,
    Dataset,
    Features,
    Generator,
    Measure,
    Metric,
    Plugin,
    Section,
)
from benchmark.plugins import parameters
from benchmark.plugins.raised import FAULTS, described
from benchmark.study import Study
from benchmark.text import shortened

HOOKS = {name: hook for name, hook in vars(hookspecs).items() if name.startswith("bench_")}
METHODS: dict[type, tuple[str, ...]] = {  # the methods that a plugin of each class must define
    Generator: ("fit", "sample"),
    ConditionalGenerator: ("fit", "sample"),
    Metric: ("score",),
    Dataset: ("load",),
    Features: ("fit", "transform"),
    Section: ("render",),
}
OTHERS = ("skip", "collect")  # optional methods, whose arguments are checked too
OF: dict[type, dict[str, type | tuple[str, ...]]] = {  # the types of what a class of each kind declares, or its values
    Plugin: {"tags": tuple, "needs": tuple, "extra": str, "source": str, "licence": str, "__doc__": str},
    AnyGenerator: {"label": str, "control": bool, "light": bool, "cost": ("seconds", "minutes")},
    Control: {"roles": tuple, "class_shift": int, "also_from": tuple, "pictures": bool},
    Metric: {"measures": tuple, "scope": ("cell", "generator"), "default": bool, "maps": bool, "aliases": tuple},
    Dataset: {"title": str, "noun": str, "takes_folder": bool, "size": str},
    Features: {"classifier_name": str},
    Section: {"title": str, "question": str, "order": int},
}
NAMED = {str: "a text", bool: "True or False", int: "a whole number", tuple: "a tuple, as in: ('one',)"}
ROLES = ("train", "fresh", "spare")
MEASURE = {"better": ("higher", "lower", "half", "none"), "space": ("", "pixels", "features")}
VALUES: dict[type, tuple[str, ...]] = {Metric: ("measures",), Section: ("title",)}


def hooks(module: ModuleType) -> str:
    """Return what is wrong with the hooks of a module, or ""."""
    for name, function in vars(module).items():
        if not (name.startswith("bench_") and inspect.isfunction(function) and function.__module__ == module.__name__):
            continue
        if name not in HOOKS:
            close = get_close_matches(name, HOOKS, n=1, cutoff=0.5)
            hint = f"; did you mean {close[0]}?" if close else f"; there are: {', '.join(HOOKS)}"
            return f"there is no hook {name}{hint}"
        if not hasattr(function, "synthassay_impl"):
            return f"{name} has no @hookimpl above it (from benchmark.api import hookimpl)"
        allowed = inspect.signature(HOOKS[name]).parameters
        odd = [given for given in inspect.signature(function).parameters if given not in allowed]
        if odd:
            close = get_close_matches(odd[0], allowed, n=1, cutoff=0.5)
            hint = f"; did you mean {close[0]}?" if close else ""
            given = f"its arguments are ({', '.join(allowed)})" if allowed else "it has no arguments"
            return f"{name} takes an argument {odd[0]!r}, which does not exist; {given}{hint}"
    if not any(callable(getattr(module, name, None)) for name in HOOKS):
        return f"there is no hook in it, such as `@hookimpl def bench_generators()`; there are: {', '.join(HOOKS)}"
    return ""


def returned(brought: Any, hook: str) -> str:
    """Return what is wrong with the return value of a hook as a whole, or ""."""
    if isinstance(brought, (list, tuple)):
        return ""
    name = brought.__name__ if isinstance(brought, type) else "Mine"
    what = f"the class {name}" if isinstance(brought, type) else repr(brought)
    did = "yields" if inspect.isgenerator(brought) else f"returned {what}"
    return f"{hook} {did}; it must return a list, as in: return [{name}]"


def plugin(found: Any, kind: str, classes: tuple[type, ...]) -> str:
    """Return what is wrong with one item returned by the hook of a kind, or ""."""
    if kind == "studies":
        return "" if isinstance(found, Study) else f"bench_studies returned {found!r}, which is not a Study"
    if not (isinstance(found, type) and issubclass(found, classes)):
        made = f"; return the class {type(found).__name__}, not an instance" if isinstance(found, classes) else ""
        return f"bench_{kind} returned {found!r}, which is not a {' or '.join(c.__name__ for c in classes)} class{made}"
    return next(_faults(found), "")


def _faults(found: type) -> Iterator[str]:
    name = getattr(found, "name", None)
    if not (isinstance(name, str) and re.fullmatch(r"[a-z0-9][a-z0-9_-]*", name)):
        yield f"{found.__name__} has the name {name!r}; allowed are lower-case letters, digits, '-' and '_'"
    yield from _parameters(found)
    yield from _declared(found)
    for owner in (cls for cls in METHODS if issubclass(found, cls)):
        yield from (
            f"{found.__name__} has no {value}; every {owner.__name__} must set it"
            for value in VALUES.get(owner, ())
            if not hasattr(found, value)
        )
        for method in METHODS[owner]:
            if getattr(found, method) is getattr(owner, method):
                close = get_close_matches(method, [n for n in vars(found) if n not in vars(owner)], n=1, cutoff=0.7)
                hint = f"; did you misspell it as {close[0]}?" if close else ""
                yield f"{found.__name__} does not define {method}{_arguments(getattr(owner, method))}{hint}"
        for method in (*METHODS[owner], *OTHERS):
            if hasattr(owner, method):
                yield from _call(found, owner, method)
    try:
        found()
    except FAULTS as error:
        yield f"{found.__name__}() failed with the default parameters: {described(error)}"


def _declared(found: Any) -> Iterator[str]:
    """Yield a fault for each attribute of a class that is of another type than its base class declares."""
    for owner, allowed in OF.items():
        for name, kind in allowed.items() if issubclass(found, owner) else ():
            value = getattr(found, name, None)
            if value is None and name in ("__doc__", "title", "measures"):
                continue  # it may have none, or that is another fault
            fits = value in kind if isinstance(kind, tuple) else isinstance(value, kind)
            if not fits and not (kind is tuple and isinstance(value, list)):
                expected = " or ".join(map(repr, kind)) if isinstance(kind, tuple) else NAMED[kind]
                yield f"{found.__name__} has {name} = {_shown(value)}; expected {expected}"
    if any(not isinstance(word, str) for name in ("tags", "needs") for word in getattr(found, name)):
        yield f"{found.__name__} has tags or needs that are not texts"
    if issubclass(found, Control) and not (found.roles and set(found.roles) <= set(ROLES)):
        yield f"{found.__name__} has roles = {_shown(found.roles)}; expected some of {', '.join(ROLES)}"
    for measure in getattr(found, "measures", ()):
        if not isinstance(measure, Measure):
            yield f"{found.__name__} has a measure {_shown(measure)}; write Measure(name, better, help)"
        else:
            yield from _measure(found, measure)


def _measure(found: type, measure: Measure) -> Iterator[str]:
    for name in ("name", "help", "unit"):
        if not isinstance(getattr(measure, name), str):
            yield f"{found.__name__} has a measure whose {name} is {_shown(getattr(measure, name))}; expected a text"
    for name, allowed in MEASURE.items():
        if getattr(measure, name) not in allowed:
            said = ", ".join(map(repr, allowed))
            yield f"the measure {measure.name} has {name} = {_shown(getattr(measure, name))}; allowed are {said}"


def _shown(value: Any) -> str:
    return shortened(repr(value))


def _parameters(found: Any) -> Iterator[str]:
    own = [n for n, a in inspect.get_annotations(found).items() if "ClassVar" not in str(a) and n in found.__dict__]
    fields = dataclasses.fields(found) if dataclasses.is_dataclass(found) else ()
    if set(own) - {f.name for f in fields}:
        yield f"{found.__name__} has parameters ({', '.join(own)}) but is not a dataclass; add @dataclass above it"
    required = [
        f.name
        for f in fields
        if f.init and f.default is dataclasses.MISSING and f.default_factory is dataclasses.MISSING
    ]
    if required:
        yield f"{found.__name__} has parameters without a default: {', '.join(required)}"
        return
    try:
        declared = parameters.parameters_of(found)
    except (NameError, TypeError) as error:
        yield f"{found.__name__} has a parameter whose type cannot be read: {error}"
        return
    for parameter in declared.values():
        if fault := parameters.fault(parameter):
            yield f"the parameter {parameter.name} of {found.__name__} has {fault}"


def _call(found: type, owner: type, method: str) -> Iterator[str]:
    """Yield a fault if a method cannot be called with the arguments that it will get, by position."""
    written, asked = getattr(found, method), getattr(owner, method)
    if not callable(written):
        yield f"{found.__name__}.{method} is not a method"
        return
    try:
        inspect.signature(written).bind(*inspect.signature(asked).parameters)
    except TypeError:
        yield f"{found.__name__}.{method} takes {_arguments(written)}, but is called with {_arguments(asked)}"


def _arguments(method: Any) -> str:
    return f"({', '.join(inspect.signature(method).parameters)})"
