"""The checks of `bench doctor`: installed and missing packages, the machine, the data, conflicting packages."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import psutil

from benchmark.device import CPU, check_system, gpu_or_cpu
from benchmark.errors import InputError
from benchmark.plan.plan import cores
from benchmark.plugins.raised import FAULTS, describe, words_of
from benchmark.plugins.versions import version_of

if TYPE_CHECKING:
    from benchmark.plugins.registry import Registry

OURS = "synthassay"
NAMES = ("benchmark", "generators", "metrics", "reports")
MEASURING = ("all", "performance")  # extras that add no feature of their own
GIB = 2**30
LITTLE = 2 * GIB  # of memory or disk


@dataclass(frozen=True)
class Finding:
    """The result of one check. state: "ok", "note" (the main job still runs) or "bad" (it cannot run)."""

    what: str
    state: Literal["ok", "note", "bad"]
    found: str
    fix: str = ""


def examine() -> Iterator[Finding]:
    """Run all checks, the slow ones last."""
    yield _system()
    if version_of(OURS):
        yield from _packages()
        yield from _extras()
    else:
        yield Finding("packages", "note", f"{OURS} runs from its source, not installed", "pip install .")
    yield from _machine()
    yield _cache()
    yield from _owners()
    try:
        from benchmark.plugins.registry import discover

        registry = discover()
    except InputError as error:
        yield Finding("packages", "bad", str(error))
        return
    for problem in registry.problems:
        yield Finding("plugin", "note", problem, "fix the plugin, or uninstall it")
    yield from _data(registry)


def _system() -> Finding:
    found = f"{platform.system()} {platform.machine()}, Python {platform.python_version()}"
    try:
        check_system()
    except InputError as error:
        return Finding("system", "bad", found, str(error))
    if not (3, 10) <= sys.version_info[:2] <= (3, 13):
        return Finding("system", "note", found, "only Python 3.10 to 3.13 are tested")
    return Finding("system", "ok", found)


def _packages() -> Iterator[Finding]:
    for name, extra, old in _required():
        if not extra and (not old or sys.version_info < (3, 11)):
            yield _package(name, "bad", name)


def _extras() -> Iterator[Finding]:
    for name, extra, _ in _required():
        if extra and extra not in MEASURING and name != OURS:
            yield _package(name, "note", f"{OURS}[{extra}]")


def _package(name: str, state: Literal["note", "bad"], install: str) -> Finding:
    version = version_of(name)
    return Finding(name, "ok", version) if version else Finding(name, state, "missing", f"pip install '{install}'")


def _required() -> Iterator[tuple[str, str, bool]]:
    """Yield (package, extra or "", whether only old Pythons need it) for each requirement in our metadata."""
    for line in importlib.metadata.requires(OURS) or ():
        extra = re.search(r"extra == ['\"]([\w-]+)['\"]", line)
        name = re.match(r"[\w.-]+", line)
        if name:
            yield name[0], extra[1] if extra else "", "python_version <" in line


def _machine() -> Iterator[Finding]:
    memory = psutil.virtual_memory()
    told = f"{memory.total / GIB:.1f} GiB, {memory.available / GIB:.1f} free"
    free = shutil.disk_usage(Path.cwd()).free
    device = gpu_or_cpu()
    yield Finding("cores", "ok", str(cores()))
    if memory.available < LITTLE:
        yield Finding("memory", "note", told, "use fewer --workers")
    else:
        yield Finding("memory", "ok", told)
    if free < LITTLE:
        yield Finding("disk", "note", f"{free / GIB:.1f} GiB free here", "choose an --out on a disk with more space")
    else:
        yield Finding("disk", "ok", f"{free / GIB:.1f} GiB free here")
    yield Finding("device", "ok", "no GPU" if device == CPU else f"{device}: used with --device auto")


def _cache() -> Finding:
    import platformdirs

    folder = platformdirs.user_cache_path(OURS)
    size = sum(file.lstat().st_size for file in folder.rglob("*") if not file.is_dir())
    found = f"{folder}, {size / 2**20:.1f} MiB"
    there = next(path for path in (folder, *folder.parents) if path.exists())
    if os.access(there, os.W_OK) and there.is_dir():
        return Finding("cache", "ok", found)
    return Finding("cache", "bad", found, f"{there} is not writable; set XDG_CACHE_HOME to a folder that is")


def _owners() -> Iterator[Finding]:
    """Yield other distributions that contain a package with one of our names."""
    owners = importlib.metadata.packages_distributions()
    for name in NAMES:
        for other in sorted(set(owners.get(name, ())) - {OURS}):
            yield Finding("packages", "note", f"{other} also owns the name {name!r}", f"pip uninstall {other}")


def _data(registry: Registry) -> Iterator[Finding]:
    """Read each dataset that needs neither a folder nor a download, which verifies its checksums; yield the results."""
    from benchmark.settings import DATASET

    for name, plugin in sorted(registry.datasets.items()):
        try:
            dataset: Any = plugin()
            if dataset.takes_folder or not dataset.is_here():
                continue
            data = dataset.load(None)
            count = len(data.images) + (0 if data.test_images is None else len(data.test_images))
        except FAULTS as error:
            state: Literal["note", "bad"] = "bad" if name == DATASET else "note"
            said = words_of(error) if isinstance(error, InputError) else describe(error, plugin)
            yield Finding(f"data {name}", state, said)
        else:
            yield Finding(f"data {name}", "ok", f"{count:,} images, intact")
