"""What plugins raise: described, and turned into one sentence where it would end a run."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from benchmark.errors import InputError
from benchmark.text import safe

FAULTS = (Exception, SystemExit)  # what is a plugin's own fault when our process runs its code


def words_of(error: BaseException) -> str:
    """Return what an exception says, or "" if it cannot say it."""
    try:
        return safe(str(error))
    except Exception:  # noqa: BLE001 - a plugin's __str__ may raise anything
        return ""


def described(error: BaseException) -> str:
    """Return the type of an exception and what it says."""
    said = words_of(error)
    return f"{type(error).__name__}: {said}" if said else type(error).__name__


def describe(error: BaseException, plugin: Any) -> str:
    """Return the message of an exception, with the line of the plugin (or its class, or module) that raised it."""
    message = described(error)
    module = plugin if isinstance(plugin, ModuleType) else sys.modules.get(getattr(plugin, "__module__", ""))
    file = getattr(module, "__file__", None)
    folder = file and Path(file).parent  # a plugin's helpers are in the same folder
    places = [frame for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename).parent == folder]
    return (
        f"{message} ({Path(places[-1].filename).name}, line {places[-1].lineno}, in {places[-1].name})"
        if places
        else message
    )


@contextmanager
def calling(plugin: Any, what: str) -> Iterator[None]:
    """Turn whatever a plugin raises in the enclosed code into an InputError; what: what is called, for the message."""
    try:
        yield
    except InputError:
        raise
    except FAULTS as error:
        raise InputError(f"{plugin.name}: {what} failed: {describe(error, plugin)}.") from error
