"""Reads Parquet (extra `parquet`): encoded images as on Hugging Face's hub, pixels as in CSV, or classes of files."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmark.errors import InputError
from benchmark.images.reading import columns
from benchmark.images.reading.account import Account, plural, some
from benchmark.images.reading.decode import Source
from benchmark.images.reading.fitting import brought
from benchmark.images.reading.how import How
from benchmark.images.reading.packed import LARGEST, read_packed
from benchmark.images.reading.pictures import Pictures, classes, shaped
from benchmark.images.reading.stack import stacked

if TYPE_CHECKING:
    from collections.abc import Mapping

    Rows = list[list[Any]]


def read_parquet(path: Path, how: How) -> Pictures:
    """Read a file: a column of encoded images (bytes, or a struct with `bytes`), or one column per pixel.

    The class is the column called label, class, target or y; numbers are named by the `ClassLabel` of Hugging Face's
    metadata, if there is one. Raises InputError.
    """
    table = _table(path)
    header = list(table.column_names)
    encoded = [j for j, name in enumerate(header) if _is_encoded(table.schema.field(name).type)]
    if len(encoded) > 1:
        raise InputError(f"{path}: the columns {some(header[j] for j in encoded)} all have images; keep one of them.")
    if not encoded:
        return _of_pixels(table, header, path, how)
    return _of_files(table, header, encoded[0], path, how)


def plain_rows(path: Path) -> tuple[list[str], Rows]:
    """Return the column names and the rows of a small table, with the names of classes."""
    table = _table(path)
    named = [_named(table, name) for name in table.column_names]
    return list(table.column_names), [list(row) for row in zip(*named, strict=True)]


def _of_files(table: Any, header: Sequence[str], column: int, path: Path, how: How) -> Pictures:
    cells = table.column(column).to_pylist()
    contents = [cell.get("bytes") if isinstance(cell, dict) else cell for cell in cells]
    if any(content is None for content in contents):
        raise InputError(
            f"{path}: row {contents.index(None) + 1} names an image instead of holding it; embed the images."
        )
    sources = [Source(f"{path}, row {i}", f"row {i}", partial(bytes, content)) for i, content in enumerate(contents, 1)]
    images, facts = stacked(path, sources, how)
    label = columns.named_label(header, [j for j in range(len(header)) if j != column])
    rest = [name for j, name in enumerate(header) if j not in (column, label)]
    account = Account(left_out=_unused(path, rest)) + facts.account(path, sources, how)
    if label is None:
        return Pictures(images, account=account)
    words = [columns.plain_label(word) for word in _named(table, header[label])]
    return Pictures(images, *classes([words[i] for i in facts.kept]), account=account)


def _of_pixels(table: Any, header: Sequence[str], path: Path, how: How) -> Pictures:
    layout = columns.layout(header, lambda j: list(map(str, _named(table, header[j]))), str(path))
    pixels = np.stack([table.column(j).to_numpy() for j in layout.pixels], axis=1)
    images, done = brought(shaped(pixels, path), how, path)
    account = Account((*layout.said, *done), layout.left_out)
    if layout.label is None:
        return Pictures(images, account=account)
    words = [columns.plain_label(word) for word in _named(table, header[layout.label])]
    return Pictures(images, *classes(words), account=account)


def _table(path: Path) -> Any:
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        raise InputError(f"{path}: to read Parquet files, run: pip install 'synthassay[parquet]'.") from None
    try:
        return parquet.read_table(pyarrow.BufferReader(read_packed(path, LARGEST)))
    except (pyarrow.ArrowException, OSError) as error:
        raise InputError(f"{path}: cannot be read as Parquet ({str(error).splitlines()[0].rstrip('.')}).") from None


def _is_encoded(kind: Any) -> bool:
    from pyarrow import types

    if types.is_struct(kind):
        return any(kind.field(i).name == "bytes" for i in range(kind.num_fields))
    return bool(types.is_binary(kind) or types.is_large_binary(kind))


def _named(table: Any, name: str) -> list[Any]:
    """Return the values of a column, with names for the numbers of classes."""
    values, names = table.column(name).to_pylist(), _class_names(table.schema.metadata or {}, name)
    return [names[value] if isinstance(value, int) and 0 <= value < len(names) else value for value in values]


def _class_names(metadata: Mapping[bytes, bytes], name: str) -> list[str]:
    try:
        feature = json.loads(metadata.get(b"huggingface", b"{}"))["info"]["features"][name]
        return [str(each) for each in feature["names"]]
    except (ValueError, KeyError, TypeError):
        return []


def _unused(path: Path, names: Sequence[str]) -> tuple[str, ...]:
    return (f"{path}: {plural(len(names), 'column')} not used: {some(names)}",) if names else ()
