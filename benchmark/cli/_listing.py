"""The output of `bench list`, cached until its sources change: plugins load numpy, a list need not."""

from __future__ import annotations

import json
import os
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PACKAGES = ("benchmark", "generators", "metrics", "reports")


def recall() -> dict[str, Any] | None:
    """Return what was cached; None if there is nothing, or if a file, a folder of packages or the data changed."""
    try:
        kept = json.loads(_file().read_bytes())
        return kept["found"] if kept["stamps"] == _stamps(kept["foreign"]) else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def remember(found: dict[str, Any], modules: set[str]) -> None:
    """Cache the list; modules: those that the plugins come from. If it cannot be written, nothing is cached."""
    files = {getattr(sys.modules.get(name), "__file__", None) for name in modules}
    foreign = sorted(file for file in files if file and not file.startswith(f"{ROOT}{os.sep}"))
    content = json.dumps({"stamps": _stamps(foreign), "foreign": foreign, "found": found})
    path = _file()
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        aside.write_text(content, encoding="utf-8")
        aside.replace(path)
    except OSError:
        pass


def _stamps(foreign: list[str]) -> list[Any]:
    """Return the state of all sources: our own files, those of foreign plugins, installed packages, the data."""
    import platformdirs

    data = platformdirs.user_cache_path("synthassay") / "data"
    places = [*foreign, *filter(os.path.isdir, sys.path), str(data)]
    places += [entry.path for entry in os.scandir(data)] if data.is_dir() else []
    own = [stamp for package in PACKAGES for stamp in _own(f"{ROOT}{os.sep}{package}")]
    return [sys.version, *sorted(own), *([place, *_stamp(place)] for place in sorted(set(places)))]


def _own(folder: str) -> Iterator[list[Any]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.endswith(".py"):
                status = entry.stat()
                yield [entry.path, status.st_mtime_ns, status.st_size]
            elif entry.is_dir() and not entry.name.startswith(("_", ".")):
                yield from _own(entry.path)


def _stamp(place: str) -> tuple[int, int]:
    try:
        status = Path(place).stat()
    except OSError:
        return 0, 0
    return status.st_mtime_ns, status.st_size


def _file() -> Path:
    import platformdirs

    name = zlib.crc32(json.dumps([str(ROOT), sys.executable, sys.path]).encode())
    return platformdirs.user_cache_path("synthassay") / f"list-{name:08x}.json"
