"""Describes exceptions raised by plugins."""

from __future__ import annotations

import sys
import traceback
from pathlib import Path
from typing import Any

from benchmark.text import safe


def words_of(error: BaseException) -> str:
    """Return what an exception says, or "" if it cannot say it."""
    try:
        return safe(str(error))
    except Exception:  # noqa: BLE001 - a plugin's __str__ may raise anything
        return ""


def describe(error: BaseException, plugin: Any) -> str:
    """Return the message of an exception, with the line of the plugin in which it was raised."""
    said = words_of(error)
    message = f"{type(error).__name__}: {said}" if said else type(error).__name__
    file = getattr(sys.modules.get(type(plugin).__module__), "__file__", None)
    folder = file and Path(file).parent  # a plugin's helpers are in the same folder
    places = [frame for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename).parent == folder]
    return (
        f"{message} ({Path(places[-1].filename).name}, line {places[-1].lineno}, in {places[-1].name})"
        if places
        else message
    )
