"""Describes exceptions raised by plugins."""

from __future__ import annotations

import sys
import traceback
from pathlib import Path
from typing import Any


def describe(error: BaseException, plugin: Any) -> str:
    """Return the message of an exception, with the line of the plugin in which it was raised."""
    message = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    file = getattr(sys.modules.get(type(plugin).__module__), "__file__", None)
    folder = file and Path(file).parent  # a plugin's helpers are in the same folder
    places = [frame for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename).parent == folder]
    return (
        f"{message} ({Path(places[-1].filename).name}, line {places[-1].lineno}, in {places[-1].name})"
        if places
        else message
    )
