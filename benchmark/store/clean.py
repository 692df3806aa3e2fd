"""What can go from a store: leftovers of runs that were killed, damaged files, cells that nothing refers to."""

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
    """A file or folder that can go. `key`: the cell that it is, whose lock is to be taken first, or ""."""

    path: Path
    why: str
    key: str = ""

    @property
    def size(self) -> int:
        """Bytes, of all files in it."""
        files = self.path.rglob("*") if self.path.is_dir() else [self.path]
        return sum(file.lstat().st_size for file in files if not file.is_dir())


def leftovers(store: Store) -> Iterator[Waste]:
    """Yield what runs that were killed left in work/, and what was found damaged. A live run's are not touched."""
    for path in sorted((store.folder / "work").glob("*")):
        owner = re.search(r"-(\d+)(?:-\d+)?(?:\.log)?$", path.name)
        if owner is None or not psutil.pid_exists(int(owner[1])):
            yield Waste(path, "left by a run that was killed")
    for path in sorted((store.folder / "damaged").glob("*")):
        yield Waste(path, "damaged")


def old(store: Store, days: float) -> Iterator[Waste]:
    """Yield cells that were finished more than so many days ago."""
    for path in _cells(store):
        if time.time() - path.stat().st_mtime > days * DAY:
            yield Waste(path.parent, f"older than {days:g} days", path.parent.name)


def unreferenced(store: Store, keys: set[str]) -> Iterator[Waste]:
    """Yield cells that are not among the keys of a run, and maps with such cells on them."""
    for path in _cells(store):
        if path.parent.name not in keys:
            yield Waste(path.parent, "not of the last run", path.parent.name)
    for path in sorted((store.folder / "maps").glob("*.json")):
        record = store.map_record(path.stem)
        if record is not None and not keys.issuperset(record["cells"]):
            yield from (Waste(file, "not of the last run") for file in (path, path.with_suffix(".npz")))


def remove(store: Store, waste: Waste) -> bool:
    """Remove it; False where a run has the cell in hand."""
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
