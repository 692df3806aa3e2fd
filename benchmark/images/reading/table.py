"""Reads CSV: one image per line, its class and its pixels row by row; with or without column names."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmark.errors import InputError
from benchmark.images.reading import columns
from benchmark.images.reading.account import Account
from benchmark.images.reading.fitting import brought
from benchmark.images.reading.how import How
from benchmark.images.reading.packed import read_bytes
from benchmark.images.reading.pictures import Pictures, classes, shaped

if TYPE_CHECKING:
    from benchmark.images.reading.pictures import Array

MANY = 16  # numbers in a row that count from 0 or 1 are column names, not pixels


def read_table(path: Path, how: How) -> Pictures:
    """Read a CSV file, gzipped or not, with commas, semicolons or tabs. 28x28 images have 784 columns of pixels.

    The class is the column called label, class, target or y, first, last or in between. Without column names it is the
    first one, or the last one if only that has the values of classes. Pixels are uint8 if all are whole numbers up to
    255, else float32. Raises InputError.
    """
    try:
        text = read_bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f"{path}: not a CSV file: its content is not text.") from None
    lines = [line for line in text.splitlines() if line.strip()]
    separator = columns.separator_of(lines[0]) if lines else ","
    header = _cells(lines[0], separator) if lines else []
    if _is_header(header):
        lines = lines[1:]
    else:
        header = [""] * len(header)
    if not lines:
        raise InputError(f"{path}: the file contains no images.")
    _check_widths(lines, separator, path)
    layout = columns.layout(header, lambda j: [_cell(line, separator, j) for line in lines], str(path))
    images, done = brought(shaped(_pixels(lines, layout.pixels, separator, path), path), how, path)
    account = Account((*layout.said, *done), layout.left_out)
    if layout.label is None:
        return Pictures(images, account=account)
    words = [columns.plain_label(_cell(line, separator, layout.label)) for line in lines]
    if "" in words:
        raise InputError(f"{path}: image {words.index('') + 1} has no class.")
    return Pictures(images, *classes(words), account=account)


def _cells(line: str, separator: str) -> list[str]:
    if '"' not in line:
        return [cell.strip() for cell in line.split(separator)]
    return [cell.strip() for cell in next(csv.reader([line], delimiter=separator, skipinitialspace=True))]


def _cell(line: str, separator: str, j: int) -> str:
    """Return one cell; the first is found without splitting the line."""
    return line.partition(separator)[0].strip() if j == 0 and '"' not in line else _cells(line, separator)[j]


def _check_widths(lines: list[str], separator: str, path: Path) -> None:
    width = len(_cells(lines[0], separator))
    for i, line in enumerate(lines, 1):
        found = line.count(separator) + 1 if '"' not in line else len(_cells(line, separator))
        if found != width:
            raise InputError(f"{path}: image {i} has {found} columns, but the first has {width}.")


def _pixels(lines: list[str], at: Sequence[int], separator: str, path: Path) -> Array:
    """Return the columns `at` as uint8 or float32 (n, columns)."""
    text = "\n".join(lines)
    for dtype in (np.uint8, np.float32):
        with suppress(ValueError, OverflowError):
            return np.loadtxt(
                io.StringIO(text), dtype=dtype, delimiter=separator, usecols=at, ndmin=2, comments=None, quotechar='"'
            )
    for i, cells in enumerate((_cells(line, separator) for line in lines), 1):
        for j in at:
            if not columns.is_number(cells[j]) or "_" in cells[j] or not cells[j].isascii():  # float reads 1_0
                raise InputError(f"{path}: {cells[j]!r} is not a number (image {i}, column {j + 1}).")
    raise InputError(f"{path}: the pixels cannot be read as numbers.")


def _is_header(cells: list[str]) -> bool:
    """Whether these are column names: most are not numbers, or they count, as in label,0,1,2 and 1,2,3,class."""
    words = [cell for cell in cells if not columns.is_number(cell)]
    if len(words) * 2 > len(cells):
        return True
    rest = [cell for cell in cells if cell not in words]
    counts = any(rest == [str(i + start) for i in range(len(rest))] for start in (0, 1))
    return counts and (len(words) == 1 or len(rest) >= MANY)
