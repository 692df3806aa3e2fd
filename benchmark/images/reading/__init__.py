"""Reads images from files: folders of images, .npz and .npy, IDX, CSV, Parquet; each file gzipped or not.

`bench score`, `--train` and the dataset plugins all use this reader. Values are not scaled; images are converted and
resized only on request. Whatever is given is used, or counted in an `Account`.
"""

from __future__ import annotations

import gzip
import io
import zlib
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from benchmark.errors import InputError
from benchmark.files.regular import read_head
from benchmark.images.reading import idx
from benchmark.images.reading.account import Account
from benchmark.images.reading.arrays import read_array
from benchmark.images.reading.fitting import brought
from benchmark.images.reading.folder import read_folder
from benchmark.images.reading.formats import ENDINGS, format_of_file
from benchmark.images.reading.how import How, asked
from benchmark.images.reading.packed import read_bytes
from benchmark.images.reading.parquet import read_parquet
from benchmark.images.reading.pictures import Pictures, shaped
from benchmark.images.reading.scan import formats, has_images
from benchmark.images.reading.table import read_table

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "KINDS", "Account", "How", "Pictures", "absent", "asked", "formats", "idx", "kind_of", "read_bytes", "read_images",
]  # fmt: skip

KINDS = "a folder of images, .npz, .npy, .csv, .parquet, or an IDX file, gzipped or not"
BY_ENDING = {".npz": "npz", ".npy": "npz", ".csv": "csv", ".tsv": "csv", ".idx": "idx", ".parquet": "parquet"}
FOLDERS = {"idx": "*-images[-.]idx*-ubyte*", "csv": "*train*.csv*", "parquet": "*train*.parquet"}


def kind_of(path: Path) -> str:
    """Return how a path is read: as 'folder', 'idx', 'npz', 'csv' or 'parquet'. Raises InputError.

    The content of a file decides, and its ending only where the content is text or cannot be read.
    """
    if path.is_dir():
        kinds = [kind for kind, pattern in FOLDERS.items() if any(path.glob(pattern))]
        return "folder" if not kinds or (kinds[0] != "idx" and has_images(path)) else kinds[0]
    if not path.exists():
        raise absent(path)
    ending = Path(path.name.lower().removesuffix(".gz")).suffix
    by_name = "idx" if "ubyte" in path.name.lower() else BY_ENDING.get(ending, "")
    kind = _by_content(path) or by_name
    if kind:
        return kind
    hint = f" Name its folder: {str(path.parent)!r}." if ending in ENDINGS or format_of_file(path) else ""
    raise InputError(f"{str(path)!r} cannot be read; allowed are {KINDS}.{hint}")


def _by_content(path: Path) -> str:
    """Return the kind of a file by its first bytes, or '' if they do not tell."""
    head = read_head(path, 512)
    if head[:2] == b"\x1f\x8b":
        try:
            head = gzip.GzipFile(fileobj=io.BytesIO(head)).read(4)
        except (EOFError, OSError, zlib.error):
            return ""
    if head[:4] in (b"\x93NUM", b"PK\x03\x04"):
        return "npz"
    if head[:4] == b"PAR1":
        return "parquet"
    return (
        "idx" if head[:2] == b"\0\0" and head[2:3] in b"\x08\x09\x0b\x0c\x0d\x0e" and head[3:4] in b"\1\2\3\4" else ""
    )


def absent(path: Path) -> InputError:
    """Return an error for a path that does not exist: what is allowed, and the nearest match in the same folder."""
    beside = [other.name for other in path.parent.iterdir()] if path.parent.is_dir() else []
    close = get_close_matches(path.name, beside, n=1, cutoff=0.6)
    hint = f" Did you mean {str(path.parent / close[0])!r}?" if close else ""
    return InputError(f"{str(path)!r} does not exist; allowed are {KINDS}.{hint}")


def read_images(path: Path, how: How | None = None) -> Pictures:
    """Read images, and their classes if the files name them. how: what may be changed; by default, nothing.

    Raises InputError: one sentence that names the file and the problem.
    """
    readers: dict[str, Callable[[Path, How], Pictures]] = {
        "folder": read_folder,
        "npz": read_array,
        "csv": read_table,
        "idx": _read_idx,
        "parquet": read_parquet,
    }
    return readers[kind_of(path)](path, how or How())


def _read_idx(path: Path, how: How) -> Pictures:
    if path.is_dir():
        raise InputError(f"{path}: this is a folder of IDX files; name the file with the images.")
    images, done = brought(shaped(idx.parse(read_bytes(path), path, 3), path), how, path)
    return Pictures(images, account=Account(done))
