"""Looks through a folder: which files are images, which are not, and which sub-folders lead nowhere."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from benchmark.errors import InputError
from benchmark.images.reading.account import by_ending, plural, some
from benchmark.images.reading.formats import READABLE, format_of_file, is_image

DEPTH = 3  # sub-folders of sub-folders are an error
MOST = 10**6  # files in a folder


@dataclass
class Found:
    """What lies in a folder, by kind, in the order of names.

    images: files that are images, or are called so. others: files that are not. hidden: hidden images and folders.
    empty: sub-folders without images. loops: links to a folder that contains them.
    """

    folder: Path
    images: list[Path] = field(default_factory=list)
    others: list[Path] = field(default_factory=list)
    hidden: list[Path] = field(default_factory=list)
    empty: list[Path] = field(default_factory=list)
    loops: list[Path] = field(default_factory=list)

    def left_out(self) -> Iterator[str]:
        """Yield one sentence for each kind of thing that is not used."""
        if self.others:
            endings = by_ending(path.name for path in self.others)
            of = plural(len(self.images) + len(self.others), "file")
            are = "is not an image" if len(self.others) == 1 else "are not images"
            yield f"{self.folder}: {len(self.others):,} of {of} {are} ({READABLE}): {endings}"
        for paths, what in (
            (self.empty, "sub-folder has|sub-folders have| no images"),
            (self.hidden, "hidden image or folder is|hidden images and folders are| not used"),
            (self.loops, "link leads|links lead| to a folder that contains it, and is not followed"),
        ):
            if paths:
                one, many, end = what.split("|")
                names = some(str(path.relative_to(self.folder)) for path in paths)
                yield f"{self.folder}: {len(paths):,} {one if len(paths) == 1 else many}{end}: {names}"


def scan(folder: Path) -> Found:
    """Look through a folder and its sub-folders, following links, down to sub-folders of sub-folders.

    Raises InputError if it cannot be read, or a link leads nowhere.
    """
    found = Found(folder)
    _scan(folder, found, (_identity(folder),), iter(range(MOST)))
    return found


def formats(folder: Path) -> tuple[str, ...]:
    """Return the formats of a folder's images, such as ("JPEG", "PNG"), by the content of the files."""
    return tuple(sorted({format_of_file(path) for path in scan(folder).images} - {""}))


def _scan(folder: Path, found: Found, above: tuple[tuple[int, int], ...], room: Iterator[int]) -> None:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        raise InputError(f"{folder}: cannot be read ({error.strerror}).") from None
    for entry in entries:
        if next(room, None) is None:
            raise InputError(f"{found.folder}: there are more than {MOST:,} files; name a folder of images only.")
        path = Path(entry.path)
        if entry.name.startswith("."):
            if _is_folder(path) or format_of_file(path):
                found.hidden.append(path)
        elif not _is_folder(path):
            _sort(path, found)
        elif _identity(path) in above:
            found.loops.append(path)
        elif len(above) < DEPTH:
            before = len(found.images)
            _scan(path, found, (*above, _identity(path)), room)
            if len(found.images) == before:
                found.empty.append(path)


def _sort(path: Path, found: Found) -> None:
    if is_image(path):
        found.images.append(path)
    elif path.is_symlink() and not path.exists():
        raise InputError(f"{path} is a link to something that does not exist; mount or copy it, or remove the link.")
    else:
        found.others.append(path)


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # a loop of links
        return False


def _identity(path: Path) -> tuple[int, int]:
    about = path.stat()
    return about.st_dev, about.st_ino


def has_images(folder: Path, depth: int = 2) -> bool:
    """Whether an image lies in a folder or in its sub-folders."""
    paths = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    folders = [path for path in paths if _is_folder(path)]
    files = any(is_image(path) for path in paths if path not in folders)
    return files or (depth > 1 and any(has_images(path, depth - 1) for path in folders))
