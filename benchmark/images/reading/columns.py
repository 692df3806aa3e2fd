"""Which column of a table is the class, and which are pixels: by their names, or else by their values."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isqrt
from typing import Any

from benchmark.errors import InputError
from benchmark.images.reading.account import plural, some

LABELS = (
    "label", "labels", "class", "classes", "class_name", "classname", "label_name", "target", "targets", "y",
    "category", "digit",
)  # fmt: skip
SEPARATORS = ("\t", ";", ",")
PIXEL = re.compile(r"(.*?)[0-9]+(?:x[0-9]+)?")
ADD = "add a first line that names the columns: label, pixel0, pixel1, ..."
Values = Callable[[int], Sequence[str]]


@dataclass(frozen=True)
class Layout:
    """The columns of a table; label: None if there are no classes. said, left_out: what the user should know."""

    label: int | None
    pixels: list[int]
    said: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


def layout(header: Sequence[str], values: Values, where: str) -> Layout:
    """Return which columns are pixels and which is the class. header: the names, or '' for each if there are none.

    values: returns those of a column. Raises InputError if it is not clear.
    """
    label = named_label(header, range(len(header)))
    pixels, rest = _by_name(header, label)
    if label is None and len(rest) == 1 and repeats(values(rest[0])):
        (label,), rest = rest, []
    said: tuple[str, ...] = ()
    if label is None and not rest and len(pixels) > 2 and _is_square(len(pixels) - 1):
        label = _first_or_last(values, len(header), where)
        pixels = [j for j in pixels if j != label]
        said = (f"{where}: the last column is read as the class",) if label else ()
    if not _is_square(len(pixels)):
        raise InputError(
            f"{where}: has {plural(len(header), 'column')}; expected the label and the pixels of a square image: 785 "
            "for 28x28, separated by commas, semicolons or tabs."
        )
    left_out = (f"{where}: {plural(len(rest), 'column')} not used: {some(header[j] or repr('') for j in rest)}",)
    return Layout(label, pixels, said, left_out if rest else ())


def _by_name(header: Sequence[str], label: int | None) -> tuple[list[int], list[int]]:
    """Return the columns that are pixels and those that are neither pixels nor the label.

    Pixels are numbered, as in pixel0, pixel1, ... or 1x1, 1x2, ...; if few columns are, all but the label are pixels.
    """
    others = [j for j in range(len(header)) if j != label]
    stems = {j: found[1] for j in others if (found := PIXEL.fullmatch(header[j].strip()))}
    (stem, count), *_ = Counter(stems.values()).most_common(1) or [("", 0)]
    if count * 2 < len(others):
        return others, []
    return [j for j in others if stems.get(j) == stem], [j for j in others if stems.get(j) != stem]


def _first_or_last(values: Values, count: int, where: str) -> int:
    """Return the column with the classes of a table without names. Raises InputError if it is not clear."""
    first, last = values(0), values(count - 1)
    text = [not all(not value or is_number(value) for value in each) for each in (first, last)]
    if text[0] != text[1]:
        return 0 if text[0] else count - 1
    able = [repeats(each) and (text[0] or all(map(_is_whole, each))) for each in (first, last)]
    if not any(able):
        raise InputError(f"{where}: neither the first nor the last column has the values of classes; {ADD}.")
    if all(able) and len(set(first)) == 1 < len(set(last)):
        raise InputError(f"{where}: cannot tell whether the first or the last column is the class; {ADD}.")
    return 0 if able[0] else count - 1


def separator_of(line: str) -> str:
    """Return what separates the cells of a line: a tab or a semicolon if it has one, else a comma."""
    outside = re.sub(r'"[^"]*"', "", line)
    return next((separator for separator in SEPARATORS if separator in outside), ",")


def cells_of(text: str) -> list[list[str]]:
    """Return the cells of each line that is not empty."""
    lines = [line for line in text.splitlines() if line.strip()]
    separator = separator_of(lines[0]) if lines else ","
    return [[cell.strip() for cell in row] for row in csv.reader(lines, delimiter=separator, skipinitialspace=True)]


def named_label(header: Sequence[str], among: Sequence[int]) -> int | None:
    """Return the column that is called label, class, or the like, or None."""
    folded = {header[j].strip().casefold().replace(" ", "_"): j for j in reversed(among)}
    return next((folded[name] for name in LABELS if name in folded), None)


def label_column(header: Sequence[str], rows: Sequence[Sequence[Any]], among: Sequence[int]) -> int | None:
    """Return the column with the classes: by its name, or the only one that there is, if its values repeat."""
    named = named_label(header, among)
    if named is not None or len(among) != 1:
        return named
    return among[0] if repeats([str(row[among[0]]) for row in rows]) else None


def repeats(values: Sequence[str]) -> bool:
    """Whether values can be classes: at most half as many different ones as there are values, or a single one."""
    return len(set(values)) <= max(1, len(values) // 2)


def plain_label(value: Any) -> str:
    """Return a class as text; 3.0 is 3."""
    return str(value).strip().removesuffix(".0")


def is_number(word: str) -> bool:
    """Whether a cell is a number."""
    try:
        float(word)
    except ValueError:
        return False
    return True


def _is_whole(word: str) -> bool:
    return bool(word) and float(word).is_integer()


def _is_square(count: int) -> bool:
    return count > 0 and isqrt(count) ** 2 == count
