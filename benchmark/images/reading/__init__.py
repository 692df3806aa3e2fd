"""Reads images from files: folders of PNG or JPEG, .npz and .npy, IDX, CSV; each file gzipped or not.

`bench score`, `--train` and the dataset plugins all use this reader. Values are not scaled, and images are resized only
on request.
"""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from benchmark.errors import InputError
from benchmark.images.reading import idx
from benchmark.images.reading.arrays import read_array
from benchmark.images.reading.folder import ENDINGS, formats, read_folder
from benchmark.images.reading.packed import read_bytes
from benchmark.images.reading.pictures import Pictures, resized, shaped
from benchmark.images.reading.table import read_table

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["KINDS", "Pictures", "absent", "formats", "idx", "kind_of", "read_bytes", "read_images"]

KINDS = "a folder of PNG or JPEG images, .npz, .npy, .csv, or an IDX file, gzipped or not"


def kind_of(path: Path) -> str:
    """Return how a path is read: as 'folder', 'idx', 'npz' or 'csv'. Raises InputError."""
    if path.is_dir():
        found = ("idx", "*-images[-.]idx*-ubyte*"), ("csv", "*train*.csv*")
        return next((kind for kind, pattern in found if any(path.glob(pattern))), "folder")
    if not path.exists():
        raise absent(path)
    ending = Path(path.name.lower().removesuffix(".gz")).suffix
    if ending in (".npz", ".npy", ".csv"):
        return ending.removeprefix(".").replace("npy", "npz")
    if "ubyte" in path.name.lower() or ending == ".idx":
        return "idx"
    hint = f" Name its folder: {str(path.parent)!r}." if ending in ENDINGS else ""
    raise InputError(f"{str(path)!r} cannot be read; allowed are {KINDS}.{hint}")


def absent(path: Path) -> InputError:
    """Return an error for a path that does not exist: what is allowed, and the nearest match in the same folder."""
    beside = [other.name for other in path.parent.iterdir()] if path.parent.is_dir() else []
    close = get_close_matches(path.name, beside, n=1, cutoff=0.6)
    hint = f" Did you mean {str(path.parent / close[0])!r}?" if close else ""
    return InputError(f"{str(path)!r} does not exist; allowed are {KINDS}.{hint}")


def read_images(path: Path, size: tuple[int, int] | None = None) -> Pictures:
    """Read images, and their classes if the files name them. `size`: resize to this height and width.

    Raises InputError: one sentence that names the file and the problem.
    """
    readers: dict[str, Callable[[Path, tuple[int, int] | None], Pictures]] = {
        "folder": read_folder,
        "npz": read_array,
        "csv": read_table,
        "idx": _read_idx,
    }
    return readers[kind_of(path)](path, size)


def _read_idx(path: Path, size: tuple[int, int] | None) -> Pictures:
    if path.is_dir():
        raise InputError(f"{path}: this is a folder of IDX files; name the file with the images.")
    images = shaped(idx.parse(read_bytes(path), path, 3), path)
    return Pictures(images if size is None else resized(images, size))
