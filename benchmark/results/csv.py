"""Rows as CSV text for spreadsheets and programs: RFC 4180, with numbers that can be read back exactly."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any

from benchmark.text import safe

FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would run text that begins with one of these


def lines(rows: Iterable[Iterable[Any]]) -> str:
    """Return rows of fields as lines."""
    file = io.StringIO()
    csv.writer(file, lineterminator="\r\n").writerows(rows)
    return file.getvalue()


def field(value: Any) -> str:
    """Return a value as a field: "" for None, and with a ' in front of text that a spreadsheet would run."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float)):
        return repr(value)
    text = safe(str(value))
    return f"'{text}" if text.startswith(FORMULA) else text
