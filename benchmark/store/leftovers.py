"""Removes what killed runs left in work/ when their run is resumed."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from benchmark.store.store import Store

NAME = re.compile(r"(?P<key>\w+?)(?:-[a-z]+)?-(?P<owner>\d+)(?:-\d+)?(?:\.log)?")


def sweep(store: Store) -> None:
    """Remove each entry of work/ whose run is dead and whose cell no other run holds, on any machine."""
    work = store.folder / "work"
    for path in () if work.is_symlink() else sorted(work.glob("*")):
        found = NAME.fullmatch(path.name)
        if found is None or psutil.pid_exists(int(found["owner"])):
            continue
        lock = store.lock(found["key"])
        if lock is None:
            continue
        try:
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)
        finally:
            lock.release()
