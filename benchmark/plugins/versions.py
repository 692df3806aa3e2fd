"""The versions of everything that a result depends on."""

from __future__ import annotations

import hashlib
import importlib.metadata
import platform
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmark.api import Plugin

CORE = ("synthassay", "numpy", "scipy", "scikit-learn")
DISTRIBUTIONS = {"sklearn": "scikit-learn", "umap": "umap-learn"}


@cache
def version_of(distribution: str) -> str:
    """Return the installed version of a distribution, or "" if it is not installed."""
    try:
        return importlib.metadata.version(distribution)
    except (importlib.metadata.PackageNotFoundError, ValueError):  # ValueError: it is no name
        return ""


@cache
def code() -> str:
    """Return a hash of the core's own source."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parents[1].rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def versions(plugin: Plugin | None = None) -> dict[str, str]:
    """Return the versions of Python, of the core's packages, and of the packages that a plugin needs."""
    names = [*CORE, *(DISTRIBUTIONS.get(name, name) for name in (plugin.needs if plugin else ()))]
    return {"python": platform.python_version(), **{name: version_of(name) for name in names}}
