"""Reads the classes of a folder's images from a table in the same folder: CSV, JSON Lines or Parquet.

Which file and which columns it is follows from their content: a column names the images, and another one their classes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmark.errors import InputError
from benchmark.images.reading.account import some
from benchmark.images.reading.columns import cells_of, label_column, plain_label
from benchmark.images.reading.packed import read_bytes

if TYPE_CHECKING:
    from benchmark.images.reading.scan import Found

TABLES = (".csv", ".tsv", ".jsonl", ".parquet")


@dataclass(frozen=True)
class Table:
    """The classes of images, by path; `unknown`: the rows that name no image."""

    path: Path
    words: Mapping[Path, str]
    unknown: tuple[str, ...]

    def left_out(self, folder: Path, missing: Sequence[Path]) -> tuple[str, ...]:
        """Return what is in the folder but not in the table, and the reverse, in sentences."""
        found = []
        if missing:
            of, names = len(self.words) + len(missing), some(str(path.relative_to(folder)) for path in missing)
            found.append(f"{folder}: {len(missing):,} of {of:,} images are not in {self.path.name}: {names}")
        if self.unknown:
            of = len(self.words) + len(self.unknown)
            found.append(
                f"{folder}: {len(self.unknown):,} of {of:,} rows of {self.path.name} name no image here: "
                f"{some(self.unknown)}"
            )
        return tuple(found)


def labels_of(found: Found) -> Table | None:
    """Return the classes that a table in the folder gives its images, or None if there is no such table.

    Raises InputError if there are several, or if the table says two things about an image.
    """
    candidates = [path for path in found.others if path.parent == found.folder and path.suffix.lower() in TABLES]
    flat = any(path.parent == found.folder for path in found.images)
    tables = [table for path in candidates if (table := _table(path, found, needed=flat)) is not None]
    if len(tables) > 1:
        names = " and ".join(table.path.name for table in tables)
        raise InputError(f"{found.folder}: {names} both give the classes of the images; keep one of them.")
    return tables[0] if tables else None


def _table(path: Path, found: Found, *, needed: bool) -> Table | None:
    """Return the classes in a table, or None if no column names images of the folder, or none names classes.

    needed: whether the images have no classes otherwise. Then it is an error if they are not found.
    """
    header, rows = _rows(path)
    by_name = _names(found)
    if any(cell in by_name for cell in header):  # there are no column names
        header, rows = [f"column {j + 1}" for j in range(len(header))], [header, *rows]
    hits = [sum(str(row[j]) in by_name for row in rows) for j in range(len(header))]
    if not rows or max(hits, default=0) == 0:
        return None
    files = hits.index(max(hits))
    others = [j for j in range(len(header)) if j != files]
    label = label_column(header, rows, others)
    if label is None and not needed:
        return None
    if label is None:
        raise InputError(
            f"{path} names the images, but none of its other columns is called label or class "
            f"({some(header[j] or repr('') for j in others) or 'there are none'}); rename one, or remove the file."
        )
    words: dict[Path, str] = {}
    unknown = []
    for row in rows:
        image, word = by_name.get(str(row[files])), plain_label(row[label])
        if image is None:
            unknown.append(str(row[files]))
        elif not word:
            raise InputError(f"{path}: {row[files]} has no class.")
        elif words.setdefault(image, word) != word:
            raise InputError(f"{path}: {row[files]} has two classes, {words[image]} and {word}.")
    return Table(path, words, tuple(unknown))


def _names(found: Found) -> dict[str, Path]:
    """Return the images by all that may name them: path, name, and these without the ending, if it is only one."""
    names: dict[str, Path | None] = {}
    for path in found.images:
        place = path.relative_to(found.folder)
        for name in {
            place.as_posix(),
            place.name,
            place.with_suffix("").as_posix(),
            place.stem,
            f"./{place.as_posix()}",
        }:
            names[name] = None if name in names else path
    for path in found.images:  # a full path is never ambiguous
        names[path.relative_to(found.folder).as_posix()] = path
    return {name: path for name, path in names.items() if path is not None}


def _rows(path: Path) -> tuple[list[str], list[list[Any]]]:
    """Return the column names and the rows of a table. Raises InputError."""
    if path.suffix.lower() == ".parquet":
        from benchmark.images.reading.parquet import plain_rows

        return plain_rows(path)
    try:
        text = read_bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f"{path}: its content is not text.") from None
    if path.suffix.lower() == ".jsonl":
        return _json_lines(text, path)
    rows = cells_of(text)
    width = max(map(len, rows), default=0)
    return (rows[0], [row + [""] * (width - len(row)) for row in rows[1:]]) if rows else ([], [])


def _json_lines(text: str, path: Path) -> tuple[list[str], list[list[Any]]]:
    try:
        objects = [json.loads(line) for line in text.splitlines() if line.strip()]
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: is not JSON Lines ({error}).") from None
    if not all(isinstance(each, dict) for each in objects):
        raise InputError(f'{path}: each line must be a JSON object, such as {{"file_name": "1.png", "label": 3}}.')
    header = list(dict.fromkeys(name for each in objects for name in each))
    return header, [[each.get(name, "") for name in header] for each in objects]
