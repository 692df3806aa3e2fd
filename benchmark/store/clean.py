"""What can be deleted from a store: leftovers of killed runs, damaged files, and cells that nothing refers to.

Nothing outside the store is looked at: links are never followed, and deleted as links. What has a name that no run
gives is not touched.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from benchmark.store import sums
from benchmark.store.checks import check_map
from benchmark.store.records import is_key, read_record
from benchmark.store.store import FOLDERS, RESULTS, delete

if TYPE_CHECKING:
    from benchmark.store.store import Store

DAY = 86400.0
KEY = r"[0-9a-f]{24}"
ASIDE = r"\.[\w.-]+"  # a file that was being written
KEYED = rf"{KEY}\.(?:npz|json|sha256)"  # what it was to become, where a key names it
RESULT = rf"(?:scores|images|real)\.csv|(?:summary|cells|report|format)\.json|run\.toml|report\.html|{sums.NAME}"
NAMES = {  # what a run, a merge or an earlier version puts into each folder of a store
    "cells": re.compile(r"[0-9a-f]{2}"),
    "conflicts": re.compile(rf"{KEY}|features"),
    "damaged": re.compile(KEY),
    "features": re.compile(rf"{KEY}\.(npz|pickle|sha256)|{ASIDE}"),
    "locks": re.compile(rf"{KEY}|{RESULTS}"),
    "maps": re.compile(rf"{KEY}\.(json|npz)|{ASIDE}"),
    "work": re.compile(rf"({KEY}|prepare)(-[a-z]+)?-(?P<pid>\d+)"),
}
IN_CELL = re.compile(rf"cell\.json|(samples|history)\.npz|log\.txt|real\.np[yz]|{ASIDE}")
IN_SCORES = re.compile(rf"{KEY}\.(json|npz)(\.damaged)?|{ASIDE}")
KILLED = "left by a run that was killed"
EARLIER = "a pickle of an earlier version, which is not read"


@dataclass(frozen=True)
class Waste:
    """A file, folder or link that can be deleted. key: the lock that must be taken first, if there is one."""

    path: Path
    why: str
    key: str = ""

    @property
    def size(self) -> int:
        """The size of all its files in bytes."""
        if self.path.is_symlink() or not self.path.is_dir():
            return self.path.lstat().st_size if os.path.lexists(self.path) else 0
        files = (os.path.join(folder, name) for folder, _, names in os.walk(self.path) for name in names)  # noqa: PTH118
        return sum(os.lstat(file).st_size for file in files)


def links(store: Store) -> Iterator[Waste]:
    """Yield the links among the store's folders and what is in them. A store has none."""
    for name in FOLDERS:
        if (store.folder / name).is_symlink():
            yield Waste(store.folder / name, "a link")
        for entry in _entries(store.folder / name):
            if entry.is_symlink():
                yield Waste(Path(entry.path), "a link")
            elif name == "cells":
                yield from (Waste(Path(e.path), "a link") for e in _entries(entry.path) if e.is_symlink())


def killed(store: Store) -> Iterator[Waste]:
    """Yield what killed runs left in work/, and files that they were writing. Those of a live run are not included.

    Files that were being written into cells are only in `leftovers`: there may be many cells.
    """
    for path, name in _ours(store, "work"):
        if not _is_alive(name["pid"]):
            key = path.name.split("-")[0]
            yield Waste(path, KILLED, key if is_key(key) else "")
    yield from (Waste(path, KILLED, RESULTS) for path, _ in _unwritten(store.folder, RESULT))
    for folder in (store.folder / "features", store.folder / "maps"):
        yield from (Waste(path, KILLED, name.split(".")[0]) for path, name in _unwritten(folder, KEYED))


def sweep(store: Store) -> None:
    """Delete what killed runs left, except for what another run has locked, on whatever machine."""
    for waste in killed(store):
        remove(store, waste)


def clear(store: Store, key: str) -> None:
    """Delete what killed runs left of something that we have locked."""
    for waste in (*killed(store), *_in_cell(store.path(key))):
        if waste.key == key:
            delete(waste.path)


def leftovers(store: Store) -> Iterator[Waste]:
    """Yield what killed runs left, and damaged files. Those of a live run are not included."""
    yield from killed(store)
    for cell in cells(store):
        yield from _in_cell(cell)
    for path, _ in _ours(store, "damaged"):
        yield Waste(path, "damaged", path.name)
    for path, _ in _ours(store, "features"):
        of_pickle = path.suffix == ".sha256" and path.with_suffix(".pickle").exists()
        if path.suffix == ".pickle" or (of_pickle and not path.with_suffix(".npz").exists()):
            yield Waste(path, EARLIER)


def _in_cell(cell: Path) -> Iterator[Waste]:
    return (Waste(path, KILLED, cell.name) for path, _ in _unwritten(cell / "scores", KEYED))


def _unwritten(folder: Path, names: str) -> Iterator[tuple[Path, str]]:
    """Yield the files that killed processes were writing in a folder, and what they were to become."""
    for entry in _entries(folder):
        found = re.fullmatch(rf"\.({names})\.(\d+)", entry.name)
        if found and not entry.is_dir(follow_symlinks=False) and not _is_alive(found[2]):
            yield Path(entry.path), found[1]


def _is_alive(pid: str) -> bool:
    """Whether another process has this number. What has our own was left by an earlier one, in a container say."""
    return len(pid) <= 9 and int(pid) != os.getpid() and psutil.pid_exists(int(pid))


def strange(store: Store) -> Iterator[Path]:
    """Yield what lies in a store's folders under a name that no run gives. It is never deleted."""
    for name, pattern in NAMES.items():
        for entry in _entries(store.folder / name):
            if not entry.is_symlink() and not pattern.fullmatch(entry.name):
                yield Path(entry.path)
            elif name == "cells" and not entry.is_symlink():
                yield from (Path(e.path) for e in _entries(entry.path) if not e.is_symlink() and not is_key(e.name))


def old(store: Store, days: float) -> Iterator[Waste]:
    """Yield cells that were finished more than this many days ago."""
    for path in cells(store):
        if time.time() - (path / "cell.json").lstat().st_mtime > days * DAY:
            yield Waste(path, f"older than {days:g} days", path.name)


def unreferenced(store: Store, keys: set[str]) -> Iterator[Waste]:
    """Yield cells that are not among the keys of a run, and maps that show such cells."""
    for path in cells(store):
        if path.name not in keys:
            yield Waste(path, "not part of the last run", path.name)
    for path, _ in _ours(store, "maps"):
        if path.suffix == ".json" and not keys.issuperset(_shown(path)):
            yield from (Waste(file, "not part of the last run") for file in (path, path.with_suffix(".npz")))


def remove(store: Store, waste: Waste) -> list[Path] | None:
    """Delete it, and return what was left because no run made it. None: a run is working on it, nothing was deleted."""
    lock = store.lock(waste.key) if waste.key else None
    if waste.key and lock is None:
        return None
    try:
        if waste.path.is_symlink() or not waste.path.is_dir():
            waste.path.unlink(missing_ok=True)
            return []
        if waste.path.parent.name == "work":  # all in it was made by one process, also the scratch folder of a plugin
            delete(waste.path)
            return None if waste.path.exists() else []
        return _remove_cell(waste.path)
    finally:
        if lock is not None:
            lock.release()


def _remove_cell(path: Path) -> list[Path]:
    left = []
    for entry in _entries(path):
        scores = entry.name == "scores" and entry.is_dir(follow_symlinks=False)
        inner = list(_entries(entry.path)) if scores else []
        for each in inner or ([] if scores else [entry]):
            pattern = IN_SCORES if scores else IN_CELL
            if each.is_symlink() or (each.is_file(follow_symlinks=False) and pattern.fullmatch(each.name)):
                Path(each.path).unlink()
            else:
                left.append(Path(each.path))
        if scores and not any(_entries(entry.path)):
            Path(entry.path).rmdir()
    if not left:
        path.rmdir()
    return left


def _shown(path: Path) -> set[str]:
    """Return the cells on a map; if its record is damaged, something that is no cell."""
    try:
        record = read_record(path)
        check_map(record, path.stem)
    except (OSError, ValueError):
        return {"damaged"}
    return set(record["cells"])


def _entries(folder: Path | str) -> list[os.DirEntry[str]]:
    """Return what is in a folder, sorted; nothing if it is a link, a file, or not there."""
    if os.path.islink(folder) or not os.path.isdir(folder):  # noqa: PTH112, PTH114
        return []
    return sorted(os.scandir(folder), key=lambda entry: entry.name)


def _ours(store: Store, name: str) -> Iterator[tuple[Path, re.Match[str]]]:
    for entry in _entries(store.folder / name):
        found = NAMES[name].fullmatch(entry.name)
        if found and not entry.is_symlink():
            yield Path(entry.path), found


def cells(store: Store) -> Iterator[Path]:
    """Yield the folders of cells, sorted by key."""
    for path, _ in _ours(store, "cells"):
        for entry in _entries(path):
            whole = os.path.lexists(f"{entry.path}/cell.json")
            if is_key(entry.name) and entry.name.startswith(path.name) and not entry.is_symlink() and whole:
                yield Path(entry.path)
