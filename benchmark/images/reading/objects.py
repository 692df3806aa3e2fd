"""Images that are objects in Python - arrays, tensors, datasets - are written as .npz, and read like any other file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmark.errors import InputError

IMAGES, LABELS = ("image", "img", "pixel_values", "images"), ("label", "labels", "fine_label", "target")
CHANNELS = (1, 3)


def to_file(given: Any, folder: Path, name: str) -> str:
    """Return the path of a set of images: itself if it is a path, else a new .npz in `folder` with what it holds.

    given: a path; images (n, h, w) or (n, h, w, c) of NumPy or TensorFlow, or (n, c, h, w) of torch; a pair of images
    and labels; or a sequence of single images, of pairs (image, label), or of mappings with `image` and `label`, such
    as a torch Dataset or one of Hugging Face. Values are checked when the file is read. Raises InputError.
    """
    if isinstance(given, (str, Path)):
        return str(given)
    images, labels = _of(given, name)
    found: dict[str, Any] = {"images": images}
    if labels is not None:
        found["labels"] = np.asarray(labels)
        if names := _class_names(given):
            found["class_names"] = np.asarray(names)
    folder.mkdir(parents=True, exist_ok=True)
    np.savez(folder / f"{name}.npz", **found)
    return str(folder / f"{name}.npz")


def _of(given: Any, name: str) -> tuple[np.ndarray[Any, Any], Any]:
    """Return images (n, h, w) or (n, h, w, c) and labels or None."""
    if _is_array(given):
        return _array(given, name), None
    if isinstance(given, tuple) and len(given) == 2 and all(map(_is_array, given)):
        return _array(given[0], name), _numpy(given[1])
    if not (hasattr(given, "__len__") and hasattr(given, "__getitem__")):
        raise InputError(
            f"{name}: images cannot be a {type(given).__name__}; allowed are a path, an array or a tensor of images, a "
            "pair of images and labels, and a dataset."
        )
    if not len(given):
        raise InputError(f"{name}: there are no images.")
    pairs = [_pair(given[i], name) for i in range(len(given))]
    shapes = {image.shape for image, _ in pairs}
    if len(shapes) > 1:
        shown = ", ".join(map(str, sorted(shapes)[:3]))
        raise InputError(f"{name}: the images have different shapes ({shown}); resize them to one.")
    labels = [label for _, label in pairs]
    return np.stack([image for image, _ in pairs]), None if all(label is None for label in labels) else labels


def _pair(item: Any, name: str) -> tuple[np.ndarray[Any, Any], Any]:
    """Return one image (h, w) or (h, w, c) of a dataset, and its label or None."""
    if isinstance(item, Mapping):
        key = next((key for key in IMAGES if key in item), None)
        if key is None:
            raise InputError(f"{name}: its items have {', '.join(map(str, item))}; expected an 'image'.")
        return _array([item[key]], name)[0], next((item[key] for key in LABELS if key in item), None)
    image, label = item if isinstance(item, tuple) and len(item) == 2 else (item, None)
    return _array([image], name)[0], None if label is None else _numpy(label).item()


def _array(given: Any, name: str) -> np.ndarray[Any, Any]:
    """Return images with channels last; those of torch have them first."""
    first = given[0] if isinstance(given, list) else given
    images = np.stack([_numpy(each) for each in given]) if isinstance(given, list) else _numpy(given)
    if images.dtype == object:
        raise InputError(f"{name}: an image is a {type(first).__name__}, which is not an array of numbers.")
    if _is_torch(first) and images.ndim == 4 and images.shape[1] in CHANNELS:
        images = np.moveaxis(images, 1, -1)
    return np.ascontiguousarray(images)


def _is_array(given: Any) -> bool:
    return hasattr(given, "shape") and hasattr(given, "dtype")


def _is_torch(given: Any) -> bool:
    return type(given).__module__.partition(".")[0] == "torch"


def _numpy(given: Any) -> np.ndarray[Any, Any]:
    return np.asarray(given.detach().cpu() if _is_torch(given) else given)


def _class_names(given: Any) -> Sequence[str]:
    """Return the names of the classes by label: `classes` in torchvision, `features[...].names` at Hugging Face."""
    features = getattr(given, "features", None)
    if isinstance(features, Mapping):
        return next((features[key].names for key in LABELS if hasattr(features.get(key), "names")), ())
    classes = getattr(given, "classes", None)
    return tuple(map(str, classes)) if isinstance(classes, (list, tuple)) else ()
