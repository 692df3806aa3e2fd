"""Reads NumPy files: .npy with images; .npz with images and optional labels and class names."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmark.errors import InputError
from benchmark.images.reading.account import Account, plural
from benchmark.images.reading.fitting import brought
from benchmark.images.reading.how import How
from benchmark.images.reading.packed import LARGEST, read_bytes
from benchmark.images.reading.pictures import Pictures, classes, shaped

if TYPE_CHECKING:
    from benchmark.images.reading.pictures import Array

# Names in lower case: the first that a file has is used.
TRAIN = ("x_train", "train_images", "images_train", "train_x", "train_data")
TRAIN_LABELS = ("y_train", "train_labels", "labels_train", "train_y", "train_targets")
IMAGES = ("images", "image", "imgs", "x", "data", "samples", *TRAIN, "arr_0")
LABELS = ("labels", "label", "y", "targets", "target", "class", "classes", "arr_1")
TESTS = ("x_test", "test_images", "images_test", "test_x", "test_data")
TEST_LABELS = ("y_test", "test_labels", "labels_test", "test_y", "test_targets")
NAMES = ("class_names", "label_names", "names", "classes")
SHOWN = 8  # arrays in a sentence


def read_array(path: Path, how: How) -> Pictures:
    """Read .npy or .npz, gzipped or not: images (n, h, w), (n, h, w, c) or (n, h * h), uint8 or float.

    In .npz, the images are named `images`, `x`, `x_train`, ..., or are the only array of more than one dimension. The
    labels are named `labels`, `y`, ...; they are numbers, names, or one-hot. Other arrays are named in the account.
    """
    found = load(path)
    taken = _taken(found, path)
    return _pictures(found, taken, path, how, unused=[name for name in found if name not in taken.values()])


def read_splits(path: Path, how: How) -> tuple[Pictures, Pictures | None]:
    """Return the training split of a .npz file, and its test split (`x_test`, `y_test`, ...) or None."""
    found = load(path)
    taken = _taken(found, path)
    images, labels = _first(found, TESTS), _first(found, TEST_LABELS)
    test = {"images": images, "labels": labels, "names": taken.get("names")}
    if images is None or labels is None:
        return read_array(path, how), None
    used = {*taken.values(), images, labels}
    unused = [name for name in found if name not in used]
    return (
        _pictures(found, taken, path, how, unused),
        _pictures(found, {what: name for what, name in test.items() if name is not None}, path, how, []),
    )


def load(path: Path) -> dict[str, Array]:
    """Return the arrays of a file by name ('images' for .npy). Raises InputError, also on pickled objects."""
    content = read_bytes(path)
    if not content.startswith((b"\x93NUMPY", b"PK")):
        raise InputError(f"{path}: not a file of NumPy arrays, despite its name.")
    try:
        _check_content(content, path)
        loaded = np.load(io.BytesIO(content), allow_pickle=False)
        return {"images": loaded} if isinstance(loaded, np.ndarray) else dict(loaded)
    except (ValueError, OSError, EOFError, zipfile.BadZipFile, zlib.error, KeyError, NotImplementedError) as error:
        raise InputError(f"{path}: cannot be read as NumPy arrays ({_first_line(error)}).") from None
    except MemoryError:
        raise InputError(f"{path}: its header asks for more memory than there is.") from None


def _check_content(content: bytes, path: Path) -> None:
    """Raise InputError if a .npz file has no arrays, or if they are too large when they are unpacked."""
    if not content.startswith(b"PK"):
        return
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        members = file.infolist()
    size = sum(member.file_size for member in members)
    if size > LARGEST:
        raise InputError(f"{path}: has {size:,} bytes when it is unpacked; allowed are {LARGEST:,}.")
    if members and not any(member.filename.endswith(".npy") for member in members):
        raise InputError(f"{path}: is a zip archive without NumPy arrays; unpack it and name the folder.")


def _taken(found: Mapping[str, Array], path: Path) -> dict[str, str]:
    """Return the names of the arrays that hold the images, the labels and the class names. Raises InputError."""
    wide = [name for name, array in found.items() if array.ndim > 2] or [n for n, a in found.items() if a.ndim == 2]
    only = next((names[0] for names in (wide, list(found)) if len(names) == 1), None)
    images = _first(found, IMAGES) or only
    if images is None:
        raise InputError(
            f"{path}: the arrays are {_named(found, list(found)) or 'none'}; name the images 'images' and the labels "
            "'labels'."
        )
    both = (*TRAIN_LABELS, *LABELS) if images.casefold() in TRAIN else (*LABELS, *TRAIN_LABELS)
    labels = _first(found, both, images)
    taken = {"images": images, "labels": labels, "names": _first(found, NAMES, images, labels)}
    return {what: name for what, name in taken.items() if name is not None}


def _first(found: Mapping[str, Array], names: Sequence[str], *but: str | None) -> str | None:
    """Return the first of these names that a file has, in any capitals."""
    folded = {name.casefold(): name for name in reversed(list(found)) if name not in but}
    return next((folded[name] for name in names if name in folded), None)


def _pictures(
    found: Mapping[str, Array], taken: Mapping[str, str], path: Path, how: How, unused: Sequence[str]
) -> Pictures:
    """Return checked images with their classes; labels are numbers, names, one-hot, or indices into class names."""
    images, done = brought(shaped(found[taken["images"]], path), how, path)
    left_out = f"{path}: {plural(len(unused), 'array')} not used: {_named(found, unused)}"
    if "labels" not in taken and any(found[name].shape[:1] == images.shape[:1] for name in unused):
        left_out += "; if one has the labels, name it 'labels'"
    account = Account(done, (left_out,) if unused else ())
    if "labels" not in taken:
        return Pictures(images, account=account)
    names = np.atleast_1d(found[taken["names"]]) if "names" in taken else None
    return Pictures(images, *classes(_words(found[taken["labels"]], names, len(images), path)), account=account)


def _words(labels: Array, names: Array | None, count: int, path: Path) -> list[str]:
    """Return the class of each image. Raises InputError."""
    if labels.ndim == 2 and labels.shape[1] > 1 and len(labels) == count and _is_one_hot(labels):
        labels = labels.argmax(axis=1)
    labels = labels.reshape(-1)
    if len(labels) != count:
        raise InputError(f"{path}: has {count} images but {len(labels)} labels; there must be one label per image.")
    if labels.dtype.kind not in "uibUS" and not (labels.dtype.kind == "f" and (labels == labels.round()).all()):
        raise InputError(f"{path}: the labels have the type {labels.dtype}; allowed are whole numbers and names.")
    if labels.dtype.kind in "fb":
        labels = labels.astype(np.int64)
    if names is None or labels.dtype.kind not in "ui":
        return [str(word) for word in labels.tolist()]
    if not 0 <= labels.min() <= labels.max() < len(names):
        raise InputError(f"{path}: there is a label {labels.max()}, but only {len(names)} class names.")
    return [str(names[label]) for label in labels]


def _is_one_hot(labels: Array) -> bool:
    return labels.dtype.kind in "uifb" and bool(
        ((labels == 0) | (labels == 1)).all() and (labels.sum(axis=1) == 1).all()
    )


def _named(found: Mapping[str, Array], names: Sequence[str]) -> str:
    """Return arrays with their shapes: 'ids (240,), scores (240, 3)'."""
    shown = [f"{name} ({', '.join(map(str, found[name].shape))})" for name in names[:SHOWN]]
    return ", ".join(shown) + (", ..." if len(names) > SHOWN else "")


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")
