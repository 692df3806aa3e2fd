"""Selectors: turns words (`smote`, `smote[k=3]`, `gan[steps=600,1200]`, `@tag`, `*`) into configured plugins."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, TypeVar

from benchmark.errors import InputError, listed, naming, unknown
from benchmark.plugins.parameters import build, config_of

if TYPE_CHECKING:
    from benchmark.api import Plugin

P = TypeVar("P", bound="Plugin")


def split(text: str) -> list[str]:
    """Split at the commas outside brackets. Raises InputError if the brackets do not match."""
    parts, depth = [""], 0
    for letter in text:
        depth += (letter == "[") - (letter == "]")
        if depth not in (0, 1):
            break
        if letter == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    if depth != 0:
        raise InputError(f"{text!r}: the brackets do not match; write a selector as name[parameter=value].")
    return [part.strip() for part in parts if part.strip()]


def select(text: str, known: Mapping[str, type[P]], kind: str, exclude: str = "") -> list[P]:
    """Return configured plugins, each once, in the order selected. Raises InputError, also on an empty selection.

    known: plugin classes by name, of one `kind` ('generator'); names are found in any capitals. Lists of values form a
    grid; a glob or a tag selects all that match; `exclude` removes by name, glob, tag or whole configuration.
    """
    chosen: dict[str, P] = {}
    for selector in split(text):
        name, texts = _parsed(selector)
        for plugin in _matching(name, known, kind):
            for combination in itertools.product(*texts.values()):
                instance = build(plugin, dict(zip(texts, combination, strict=True)))
                chosen.setdefault(config_of(instance), instance)  # type: ignore[arg-type]
    with naming("--exclude"):
        if exclude and not split(exclude):
            raise InputError(f"{exclude!r} names no {kind}; leave it out, or name some of: {listed(chosen)}.")
        left_out = {config for selector in split(exclude) for config in _excluded(selector, chosen, known, kind)}
    result = [instance for config, instance in chosen.items() if config not in left_out]
    if not result:
        raise InputError(
            f"no {kind} is selected by {text!r}"
            + (f" without {exclude!r}" if exclude else "")
            + f"; there are: {listed(known)}."
        )
    return result


def _parsed(selector: str) -> tuple[str, dict[str, list[str]]]:
    name, bracket, inside = selector.partition("[")
    texts: dict[str, list[str]] = {}
    if not bracket:
        return name, texts
    if not inside.endswith("]"):
        raise InputError(f"{selector!r}: there is text after the bracket; write a selector as name[parameter=value].")
    key = ""
    for part in inside[:-1].split(","):
        before, equals, after = part.partition("=")
        if equals:
            key = before.strip()
            if key in texts:
                raise InputError(f"{selector!r}: the parameter {key!r} is given twice.")
            texts[key] = []
        elif not key:
            raise InputError(f"{selector!r}: {part.strip()!r} has no parameter name; write name[parameter=value].")
        value = _unquoted((after if equals else part).strip())
        if not value:
            raise InputError(f"{selector!r}: the parameter {key!r} has an empty value.")
        texts[key].append(value)
    return name.strip(), texts


def _unquoted(value: str) -> str:
    """Return a value without the quotes around it: gan[preset="paper"] is gan[preset=paper]."""
    quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "'\""
    return value[1:-1].strip() if quoted else value


def _matching(name: str, known: Mapping[str, type[P]], kind: str) -> list[type[P]]:
    if name.startswith("@"):
        tags = {tag for plugin in known.values() for tag in plugin.tags}
        if name[1:] not in tags:
            raise unknown("tag", name, {f"@{tag}" for tag in tags})
        return [plugin for plugin in known.values() if name[1:] in plugin.tags]
    if any(letter in name for letter in "*?"):
        found = [plugin for other, plugin in known.items() if fnmatchcase(other, name)]
        if not found:
            raise unknown(kind, name, known)
        return found
    alike = [name] if name in known else [other for other in known if other.casefold() == name.casefold()]
    if len(alike) != 1:
        raise unknown(kind, name, known)
    return [known[alike[0]]]


def _excluded(selector: str, chosen: Mapping[str, P], known: Mapping[str, type[P]], kind: str) -> set[str]:
    if selector in chosen:
        return {selector}
    name, texts = _parsed(selector)
    if texts:
        raise unknown(f"excluded {kind}", selector, chosen)
    names = {plugin.name for plugin in _matching(name, known, kind)}
    return {config for config, instance in chosen.items() if instance.name in names}
