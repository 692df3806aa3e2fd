"""Parses the classes that a user selects."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from benchmark.errors import InputError, unknown
from benchmark.text import whole


def parse_classes(text: str, class_names: Sequence[str]) -> list[str]:
    """Return the class names in a selection: '3,5', '0-4', 'all' or names. Ranges are expanded. Raises InputError.

    A name with commas is written as it is: of 'a, b, c', the longest parts that are names are taken.
    """
    words: list[str] = []
    for word in _parts(text, class_names):
        low, dash, high = word.partition("-")
        if word == "all":
            words += class_names
        elif word in class_names:
            words.append(word)
        elif dash and 0 <= _place(low) < _place(high) < len(class_names):
            words += class_names[_place(low) : _place(high) + 1]
        elif 0 <= _place(word) < len(class_names):
            words.append(class_names[_place(word)])
        else:
            raise unknown("class", word, class_names)
    twice = sorted({word for word in words if words.count(word) > 1})
    if twice:
        raise InputError(
            f"--classes {text!r}: {', '.join(twice)} is given twice; name each class once, as in 3,5 or 0-4 or all."
        )
    return words


def _parts(text: str, class_names: Sequence[str]) -> Iterator[str]:
    """Yield the parts of a selection between its commas, each as the class name that it is, if it is one."""
    plain = {_folded(name): name for name in class_names}
    commas = max((name.count(",") for name in class_names), default=0)
    parts = text.split(",")
    while parts:
        for length in range(min(commas + 1, len(parts)), 0, -1):
            part = ",".join(parts[:length])
            word = part.strip() if part.strip() in class_names else plain.get(_folded(part))
            if word is not None or length == 1:
                break
        if not parts[0].strip():
            raise InputError(f"--classes {text!r}: a class is missing; name the classes as in 3,5 or 0-4 or all.")
        shorter = [each for each in parts[:length] if _folded(each) in plain]
        if length > 1 and len(shorter) == length:
            raise InputError(
                f"--classes {text!r}: {word!r} is a class, and so are {' and '.join(map(str.strip, shorter))}; name "
                "classes by number, as in 0 or 0-2."
            )
        yield word if word is not None else parts[0].strip()
        del parts[:length]


def _place(word: str) -> int:
    """Return the number that is written in digits, or -1."""
    try:
        return whole(word) if word[:1] not in ("+", "-") else -1
    except ValueError:
        return -1


def _folded(name: str) -> str:
    """Return a class name in the form used for matching: 'Ankle boot' becomes 'ankle-boot'."""
    return re.sub(r"[\s_-]+", "-", name.strip().casefold())
