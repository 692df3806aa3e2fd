"""Writes the images that pass every per-image check to a folder, for `bench score --keep`."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmark.errors import InputError
from benchmark.images.supplied import Given
from benchmark.results.images_csv import JUDGED, OWN, columns_of, passed

if TYPE_CHECKING:
    from benchmark.api import Array
    from benchmark.plan.plan import Plan
    from benchmark.results.read import Outcome

LONGEST = 100  # characters of a folder's name


def keep(outcome: Outcome, folder: Path) -> tuple[int, int]:
    """Write the images that pass to `folder`, with a sub-folder per set if there are several.

    Returns how many images pass, and how many there are. Files are copied under their own names; images from an array
    become <class>/<index>.png.
    """
    given = [config for config, generator in outcome.plan.generators.items() if isinstance(generator, Given)]
    kept = total = 0
    for cell in outcome.plan.cells:
        if not isinstance(cell.generator, Given):
            continue
        good = passed(columns_of(outcome, cell))
        if good is None:  # its metrics failed, so no image is known to be good
            good = np.zeros(cell.task.n_synthetic, dtype=bool)
        target = folder / cell.config if len(given) > 1 else folder
        files, images = cell.generator.files[cell.task.label], cell.generator.images[cell.task.label]
        for i in np.flatnonzero(good).tolist():
            if files:
                _copy(cell.generator.path / files[i], target / files[i])
            else:
                write_png(target / plain(cell.task.class_name) / f"{i:04d}.png", images[i])
        kept, total = kept + int(good.sum()), total + len(good)
    return kept, total


def check(plan: Plan) -> None:
    """Raise InputError if no metric of a plan judges single images."""
    if not {OWN[name] for name in JUDGED} & {metric.name for metric in plan.metrics.values()}:
        raise InputError(
            f"--keep needs a metric that judges single images; leave out --metrics, or add one of: "
            f"{', '.join(sorted({OWN[name] for name in JUDGED}))}."
        )


def new_folder(folder: Path, option: str) -> None:
    """Raise InputError if the folder named by `option` is not empty or cannot be created."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(f"{option} {str(folder)!r} exists and is not empty; name a new folder.")
    above = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    fault = "is a file" if not above.is_dir() else "" if os.access(above, os.W_OK | os.X_OK) else "is not writable"
    if fault:
        raise InputError(f"{option} {str(folder)!r} cannot be created: {str(above)!r} {fault}; name another folder.")


@contextmanager
def writing(folder: Path, option: str) -> Iterator[None]:
    """Turn an OSError raised by the enclosed code into an InputError of one sentence."""
    try:
        yield
    except OSError as error:
        raise InputError(f"{option} {str(folder)!r} cannot be written ({error.strerror or error}).") from None


def plain(name: str) -> str:
    """Return the name of a class or a configuration in a form that can name a folder, and no other one than its own."""
    found = re.sub(r"[^\w.-]+", "-", name)[:LONGEST]
    return found if found.strip(".") else "-"


def write_png(path: Path, image: Array) -> None:
    """Write an image, float32 (h, w, c) in [0, 1], as an 8-bit PNG file."""
    from PIL import Image

    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.rint(image * 255).astype(np.uint8)
    Image.fromarray(pixels[..., 0] if pixels.shape[-1] == 1 else pixels).save(path)


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
