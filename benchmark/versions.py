"""Versions of what a result depends on."""

from __future__ import annotations

import importlib.metadata
import platform
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmark.api import Plugin

CORE = ("synthassay", "numpy", "scipy", "scikit-learn")
DISTRIBUTIONS = {"sklearn": "scikit-learn", "umap": "umap-learn"}


@cache
def version_of(distribution: str) -> str:
    """Return the installed version of a distribution, or ""."""
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return ""


def versions(plugin: Plugin | None = None) -> dict[str, str]:
    """Return the versions of Python, the core, and what a plugin needs."""
    names = [*CORE, *(DISTRIBUTIONS.get(name, name) for name in (plugin.needs if plugin else ()))]
    return {"python": platform.python_version(), **{name: version_of(name) for name in names}}
