"""Rows as text that spreadsheets and programs read: RFC 4180, numbers that read back exactly."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any

FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a text begins with that a spreadsheet would run


def lines(rows: Iterable[Iterable[Any]]) -> str:
    """Return rows of fields as lines."""
    file = io.StringIO()
    csv.writer(file, lineterminator="\r\n").writerows(rows)
    return file.getvalue()


def field(value: Any) -> str:
    """Return a value as a field: "" for None, and text that a spreadsheet would run with ' before it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float)):
        return repr(value)
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA) else text
