"""The user's own features, matched to the images by file names or by order, and kept as those of a network are."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmark.errors import InputError, listed
from benchmark.evidence.encoded import Encoded, hash_of
from benchmark.images import ranges
from benchmark.images.image_set import ImageSet
from benchmark.images.reading import Pictures, read_images
from benchmark.images.reading.how import How, asked
from benchmark.plugins.code import code_of

if TYPE_CHECKING:
    from benchmark.api import Array, Features
    from benchmark.images.real import RealData
    from benchmark.plugins.registry import Registry
    from benchmark.settings import ScoreSettings

ROWS, NAMES = ("embeddings", "features"), ("names", "files", "filenames")  # keys of an .npz file


def given(settings: ScoreSettings, registry: Registry, data: RealData) -> Features | None:
    """Return the space of `--embeddings`, or None without any. Raises InputError if they do not match the images."""
    if not settings.embeddings:
        return None
    if settings.features != "embeddings":
        said = f"--embeddings {','.join(settings.embeddings)!r}"
        raise InputError(f"{said} is for --features embeddings; add it, or leave --embeddings out.")
    paths = [settings.data_dir, *settings.fake]
    if not settings.data_dir or settings.range or settings.invert or settings.train:
        raise InputError("--embeddings needs --real, and cannot be combined with --range, --invert or --train.")
    if len(settings.embeddings) != len(paths):
        said = f"--embeddings names {len(settings.embeddings)} files for {len(paths)} sets of images"
        raise InputError(f"{said}; give one per set: the real images first, then the synthetic ones in their order.")
    rows: dict[bytes, Array] = {}
    for file, path in zip(settings.embeddings, map(Path, paths), strict=True):
        parts = _parts(path, asked(settings, data.shape[:2]))
        found = _matched(Path(file), parts, path)
        blocks = (block for part in parts for block in ranges.plain(ImageSet.of(part.images), str(path)).blocks())
        images = (image for block in blocks for image in block[..., : data.shape[-1]])
        for image, row in zip(images, found, strict=True):
            rows.setdefault(hash_of(image), row)
    widths = {len(row) for row in rows.values()}
    if len(widths) > 1:
        raise InputError(f"--embeddings have different numbers of features: {', '.join(map(str, sorted(widths)))}.")
    key = hashlib.sha256(b"".join(image + row.tobytes() for image, row in sorted(rows.items()))).hexdigest()[:24]
    features = registry.features["embeddings"](key=key, width=widths.pop())  # type: ignore[call-arg]
    Encoded.of(f"{features.identity()}-{code_of(type(features))}", features.width).put(rows)  # type: ignore[attr-defined]
    return features


def _parts(path: Path, how: How) -> list[Pictures]:
    """Return the images of a path in their order; of a folder with `train` and `test`, these two."""
    if (path / "train").is_dir() and (path / "test").is_dir():
        return [read_images(path / "train", how), read_images(path / "test", how)]
    return [read_images(path, how)]


def _matched(file: Path, parts: list[Pictures], path: Path) -> Array:
    """Return the row of each image, float32 (n, d). Raises InputError."""
    rows, names = _read(file)
    files = [name for part in parts for name in part.files or ()]
    n = sum(len(part.images) for part in parts)
    if names is None or not files:
        if len(rows) != n:
            hint = f"give one per image, in order, or add their file names to an .npz under {NAMES[0]!r}"
            raise InputError(f"--embeddings {file}: has {len(rows)} rows, but {path} has {n} images; {hint}.")
        return rows
    places = {name: i for i, name in enumerate(names)} | {Path(name).name: i for i, name in enumerate(names)}
    at = [places.get(name, places.get(Path(name).name)) for name in files]
    absent = [name for name, place in zip(files, at, strict=True) if place is None]
    if absent:
        few = listed(absent[:3])
        raise InputError(f"--embeddings {file}: {len(absent)} of {n} images of {path} have no row, such as {few}.")
    return np.asarray(rows[[place for place in at if place is not None]])


def _read(file: Path) -> tuple[Array, list[str] | None]:
    """Return float32 (n, d), and the names of the images if the file has them. Raises InputError."""
    try:
        content = np.load(file, allow_pickle=False)
        arrays = {"embeddings": content} if isinstance(content, np.ndarray) else dict(content)
    except (OSError, ValueError, EOFError) as error:
        raise InputError(f"--embeddings {file}: it is not an .npy or .npz file that can be read ({error}).") from None
    rows = next((arrays[key] for key in ROWS if key in arrays), None)
    if rows is None or rows.ndim != 2 or rows.dtype.kind not in "fiu":
        shape = "there is none" if rows is None else f"it is {rows.dtype} {rows.shape}"
        raise InputError(f"--embeddings {file}: expected numbers (images, features) under {ROWS[0]!r}; {shape}.")
    odd = int((~np.isfinite(rows.astype(np.float32))).any(axis=1).sum())
    if odd:
        raise InputError(f"--embeddings {file}: {odd} of {len(rows)} rows are NaN or infinite.")
    names = next((arrays[key] for key in NAMES if key in arrays), None)
    if names is not None and len(names) != len(rows):
        raise InputError(f"--embeddings {file}: has {len(rows)} rows, but {len(names)} names.")
    return rows.astype(np.float32), None if names is None else [str(name) for name in names]
