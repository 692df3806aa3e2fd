"""Values that a shell completes: choices, names of plugins, files and folders."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, TypeAlias

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from benchmark.settings.option import Option

Completer: TypeAlias = Callable[[click.Context, click.Parameter, str], "list[CompletionItem]"]
KINDS = {"generators": "generators", "exclude": "generators", "metrics": "metrics", "features": "features"}
KINDS["dataset"] = "datasets"
PATHS = {"FILE": "file", "DIR": "dir", "PATH": "file", "FAKE...": "file"}


def completer(option: Option) -> Completer:
    """Return what completes the values of an option."""

    def complete(_: click.Context, __: click.Parameter, typed: str) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem

        if option.metavar in PATHS:
            return [CompletionItem(typed, type=PATHS[option.metavar])]
        before, comma, last = typed.rpartition(",") if option.name in KINDS else ("", "", typed)
        return [CompletionItem(f"{before}{comma}{word}") for word in _words(option) if word.startswith(last)]

    return complete


def _words(option: Option) -> Iterable[str]:
    if option.name not in KINDS:
        return option.choices
    from benchmark.cli._catalogue import catalogue

    return [row["name"] for row in catalogue()[KINDS[option.name]]]
