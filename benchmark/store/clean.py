"""What can be deleted from a store: leftovers of killed runs, damaged files, and cells that nothing refers to."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from benchmark.store.store import Store

DAY = 86400.0


@dataclass(frozen=True)
class Waste:
    """A file or folder that can be deleted. key: the cell that must be locked first, or "" if it is not a cell."""

    path: Path
    why: str
    key: str = ""

    @property
    def size(self) -> int:
        """The size of all its files in bytes."""
        files = self.path.rglob("*") if self.path.is_dir() else [self.path]
        return sum(file.lstat().st_size for file in files if not file.is_dir())


def leftovers(store: Store) -> Iterator[Waste]:
    """Yield what killed runs left in work/, and damaged files. Those of a live run are not included."""
    for path in sorted((store.folder / "work").glob("*")):
        owner = re.search(r"-(\d+)(?:-\d+)?(?:\.log)?$", path.name)
        if owner is None or not psutil.pid_exists(int(owner[1])):
            yield Waste(path, "left by a run that was killed")
    for path in sorted((store.folder / "damaged").glob("*")):
        yield Waste(path, "damaged")


def old(store: Store, days: float) -> Iterator[Waste]:
    """Yield cells that were finished more than this many days ago."""
    for path in _cells(store):
        if time.time() - path.stat().st_mtime > days * DAY:
            yield Waste(path.parent, f"older than {days:g} days", path.parent.name)


def unreferenced(store: Store, keys: set[str]) -> Iterator[Waste]:
    """Yield cells that are not among the keys of a run, and maps that show such cells."""
    for path in _cells(store):
        if path.parent.name not in keys:
            yield Waste(path.parent, "not part of the last run", path.parent.name)
    for path in sorted((store.folder / "maps").glob("*.json")):
        record = store.map_record(path.stem)
        if record is not None and not keys.issuperset(record["cells"]):
            yield from (Waste(file, "not part of the last run") for file in (path, path.with_suffix(".npz")))


def remove(store: Store, waste: Waste) -> bool:
    """Delete it. Returns False, and deletes nothing, if a run is working on the cell."""
    lock = store.lock(waste.key) if waste.key else None
    if waste.key and lock is None:
        return False
    try:
        if waste.path.is_dir():
            shutil.rmtree(waste.path)
        else:
            waste.path.unlink(missing_ok=True)
    finally:
        if lock is not None:
            lock.release()
    return True


def _cells(store: Store) -> list[Path]:
    return sorted((store.folder / "cells").glob("*/*/cell.json"))
