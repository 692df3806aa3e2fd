"""Reads NumPy files: .npy with images; .npz with images and optional labels and class names."""

from __future__ import annotations

import io
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmark.errors import InputError
from benchmark.images.reading.packed import LARGEST, read_bytes
from benchmark.images.reading.pictures import Pictures, classes, resized, shaped

if TYPE_CHECKING:
    from benchmark.images.reading.pictures import Array

IMAGES = ("images", "x", "X", "data", "samples", "x_train", "train_images", "arr_0")
LABELS = ("labels", "y", "Y", "targets", "y_train", "train_labels", "arr_1")
TESTS = {
    "x_train": ("x_test", "y_test"),
    "train_images": ("test_images", "test_labels"),
    "images": ("test_images", "test_labels"),
}


def read_array(path: Path, size: tuple[int, int] | None = None) -> Pictures:
    """Read .npy or .npz, gzipped or not: images (n, h, w), (n, h, w, c) or (n, h * h), uint8 or float.

    In .npz, the images are named `images`, `x`, `x_train`, ..., or are the only array of more than one dimension. The
    labels are named `labels`, `y`, ..., and are numbers or names.
    """
    found = load(path)
    name = name_of_images(found, path)
    labels = next((found[key] for key in LABELS if key in found and key != name), None)
    return pictures(found[name], labels, found.get("class_names"), path, size)


def read_test(path: Path) -> Pictures | None:
    """Return the test split of a .npz file (`x_test`, `test_images`), or None if it has none."""
    found = load(path)
    images, labels = TESTS.get(name_of_images(found, path), ("", ""))
    if images not in found or labels not in found:
        return None
    return pictures(found[images], found[labels], found.get("class_names"), path, None)


def load(path: Path) -> dict[str, Array]:
    """Return the arrays of a file by name ('images' for .npy). Raises InputError, also on pickled objects."""
    content = read_bytes(path)
    if not content.startswith((b"\x93NUMPY", b"PK")):
        raise InputError(f"{path}: not a file of NumPy arrays, despite its name.")
    try:
        _check_size(content, path)
        loaded = np.load(io.BytesIO(content), allow_pickle=False)
        return {"images": loaded} if isinstance(loaded, np.ndarray) else dict(loaded)
    except (ValueError, OSError, EOFError, zipfile.BadZipFile, zlib.error, KeyError, NotImplementedError) as error:
        raise InputError(f"{path}: cannot be read as NumPy arrays ({_first(error)}).") from None
    except MemoryError:
        raise InputError(f"{path}: its header asks for more memory than there is.") from None


def _check_size(content: bytes, path: Path) -> None:
    """Raise InputError if the arrays in a .npz file are too large when they are unpacked."""
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as file:
            size = sum(member.file_size for member in file.infolist())
        if size > LARGEST:
            raise InputError(f"{path}: has {size:,} bytes when it is unpacked; allowed are {LARGEST:,}.")


def name_of_images(found: dict[str, Array], path: Path) -> str:
    """Return the name of the array that holds the images. Raises InputError."""
    wide = [name for name, array in found.items() if array.ndim > 1]
    name = next((n for n in IMAGES if n in found), wide[0] if len(wide) == 1 else "")
    if not name:
        raise InputError(
            f"{path}: the arrays are {', '.join(found) or 'none'}; name the images 'images' and the labels 'labels'."
        )
    return name


def pictures(images: Array, labels: Any, names: Any, path: Path, size: tuple[int, int] | None) -> Pictures:
    """Return checked images with their classes; labels are numbers, names, or indices into `names`."""
    images = shaped(images, path)
    if size is not None:
        images = resized(images, size)
    if labels is None:
        return Pictures(images)
    labels = np.asarray(labels).reshape(-1)
    if len(labels) != len(images):
        raise InputError(
            f"{path}: has {len(images)} images but {len(labels)} labels; there must be one label per image."
        )
    if labels.dtype.kind not in "uiUS" and not (labels.dtype.kind == "f" and (labels == labels.round()).all()):
        raise InputError(f"{path}: the labels have the type {labels.dtype}; allowed are whole numbers and names.")
    names = None if names is None else np.atleast_1d(names)
    if names is not None and labels.dtype.kind in "ui":
        if not 0 <= labels.min() <= labels.max() < len(names):
            raise InputError(f"{path}: there is a label {labels.max()}, but only {len(names)} class names.")
        return Pictures(images, *classes([str(names[label]) for label in labels]))
    words = labels.astype(np.int64) if labels.dtype.kind == "f" else labels
    return Pictures(images, *classes(list(map(str, words.tolist()))))


def _first(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")
