"""Text from elsewhere (a plugin, a file, the command line): made safe to store, print and show, and read as numbers."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from functools import partial
from typing import Any

MOST = 100_000  # bytes of a text that are kept
SHOWN = 200  # characters of a value in a message
CUT = "…"
# Control characters except tab and newline, line and paragraph separators, lone surrogates, and what overrides the
# direction of text: all of it changes how other text is read.
UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
SENTENCE, FEWER = 290, 60  # characters of a message, and of what is left of each long value in a longer one
VALUE = re.compile(r"""(?<!\w)'[^']*'|(?<!\w)"[^"]*"|[^\s'",;]{201,}""")
WHOLE = re.compile(r"[+-]?[0-9]+")
NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")


def safe(text: str) -> str:
    r"""Return a text that can be stored, printed and shown anywhere, at most 100 kB of it.

    What is unsafe is written as an escape: an ANSI sequence becomes `\x1b[31m`. Lines stay lines.
    """
    longer = len(text) > MOST
    found = escaped(text[:MOST])
    content = found.encode()
    if len(content) <= MOST and not longer:
        return found
    return f"{content[:MOST].decode(errors='ignore')}{CUT} (cut: it has {len(text):,} characters)"


def escaped(text: str) -> str:
    """Return a text of any length with escapes for what is unsafe."""
    return UNSAFE.sub(_escape, text.replace("\r\n", "\n"))


def one_line(text: str) -> str:
    """Return a safe text on one line."""
    return " ".join(safe(text).split("\n")).replace("\t", " ").strip()


def shortened(sentence: str) -> str:
    """Return a sentence on one line, in which each value of more than 200 characters is cut; shorter ones are kept."""
    line = one_line(sentence)
    cut = VALUE.sub(partial(_shortened, SHOWN), line)
    return cut if len(cut) <= SENTENCE else VALUE.sub(partial(_shortened, FEWER), line)


def cleaned(value: Any) -> Any:
    """Return plain values (of JSON, or in tuples) with every text in them made safe, and None for NaN and infinity."""
    if isinstance(value, str):
        return safe(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {cleaned(name): cleaned(each) for name, each in value.items()}
    if isinstance(value, list):
        return [cleaned(each) for each in value]
    return tuple(map(cleaned, value)) if type(value) is tuple else value


def whole(text: str) -> int:
    """Return a whole number that is written with the digits 0 to 9. Raises ValueError."""
    if not WHOLE.fullmatch(text) or len(text) > SHOWN:
        raise ValueError(f"{text!r} is not a whole number")
    return int(text)


def number(text: str) -> float:
    """Return a finite number that is written with the digits 0 to 9. Raises ValueError."""
    if not NUMBER.fullmatch(text) or not math.isfinite(float(text)):
        raise ValueError(f"{text!r} is not a number")
    return float(text)


def _escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"


def _shortened(most: int, found: re.Match[str]) -> str:
    word = found[0]
    quote = word[0] if word[0] in "'\"" else ""
    return f"{word[: most + len(quote) - 1]}{CUT}{quote}" if len(word) > SHOWN + 2 * len(quote) else word
