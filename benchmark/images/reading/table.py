"""Reads CSV: one image per line, the class first, then the pixels row by row; with or without a header."""

from __future__ import annotations

import io
from contextlib import suppress
from math import isqrt
from pathlib import Path

import numpy as np

from benchmark.errors import InputError
from benchmark.images.reading.packed import read_bytes
from benchmark.images.reading.pictures import Pictures, classes, resized, shaped


def read_table(path: Path, size: tuple[int, int] | None = None) -> Pictures:
    """Read a CSV file, gzipped or not. For 28x28 images it has 785 columns, the label first, or 784 without labels.

    Pixels are uint8 if all are whole numbers up to 255, else float32. Raises InputError.
    """
    try:
        text = read_bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f"{path}: not a CSV file: its content is not text.") from None
    lines = [line for line in text.splitlines() if line.strip()]
    if lines and _is_header(lines[0].split(",")):
        lines = lines[1:]
    if not lines:
        raise InputError(f"{path}: the file contains no images.")
    columns = lines[0].count(",") + 1
    labelled = isqrt(columns - 1) ** 2 == columns - 1 and columns > 2
    if not labelled and isqrt(columns) ** 2 != columns:
        raise InputError(
            f"{path}: has {columns} columns; expected the label, then the pixels of a square image: 785 for 28x28."
        )
    images = shaped(_pixels(lines, range(int(labelled), columns), path), path)
    images = images if size is None else resized(images, size)
    if not labelled:
        return Pictures(images)
    words = [line.partition(",")[0].strip().strip('"') for line in lines]
    return Pictures(images, *classes([word.removesuffix(".0") for word in words]))


def _pixels(lines: list[str], columns: range, path: Path) -> np.ndarray[tuple[int, ...], np.dtype[np.generic]]:
    """Return uint8 or float32 (n, columns)."""
    odd = next((i for i, line in enumerate(lines, 1) if line.count(",") + 1 != columns.stop), 0)
    if odd:
        raise InputError(
            f"{path}: image {odd} has {lines[odd - 1].count(',') + 1} columns, but the first has {columns.stop}."
        )
    text = "\n".join(lines)
    for dtype in (np.uint8, np.float32):
        with suppress(ValueError, OverflowError):
            return np.loadtxt(io.StringIO(text), dtype=dtype, delimiter=",", usecols=columns, ndmin=2, comments=None)
    for i, cells in enumerate((line.split(",") for line in lines), 1):
        for j in columns:
            if not _is_number(cells[j]) or "_" in cells[j] or not cells[j].isascii():  # float reads 1_0, numpy does not
                raise InputError(f"{path}: {cells[j].strip()!r} is not a number (image {i}, column {j + 1}).")
    raise InputError(f"{path}: the pixels cannot be read as numbers.")


def _is_header(cells: list[str]) -> bool:
    """Whether these are column names: the last is not a number, or they count: label, 0, 1, 2, ..."""
    counted = [str(i) for i in range(int(cells[1] != "0"), len(cells) + 1)][: len(cells) - 1] if cells[1:] else []
    return not _is_number(cells[-1]) or (not _is_number(cells[0]) and cells[1:] == counted)


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True
