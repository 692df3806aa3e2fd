"""All plugins, as `bench list` shows them and a shell completes them."""

from __future__ import annotations

from typing import Any

from benchmark.cli import _listing
from benchmark.text import cleaned

KINDS = ("generators", "metrics", "datasets", "features", "studies", "sections")


def catalogue() -> dict[str, Any]:
    """Return the entries of all plugins by kind, as cached, or read anew."""
    return _listing.recall() or read(())


def read(plugins: tuple[str, ...]) -> dict[str, Any]:
    """Load all plugins and return their entries by kind; cached for the next time if there are no problems."""
    from benchmark.plugins.registry import discover

    registry = discover(plugins)
    found: dict[str, Any] = {
        name: entries(getattr(registry, "report_sections" if name == "sections" else name)) for name in KINDS
    }
    found["problems"] = registry.problems
    if not plugins and not registry.problems:
        _listing.remember(found, {row["module"] for name in KINDS for row in found[name]})
    return found


def _data(plugin: Any) -> dict[str, str]:
    from benchmark.api import Dataset
    from benchmark.plugins.raised import FAULTS, describe

    if not issubclass(plugin, Dataset):
        return {}
    try:
        state = "on this machine" if plugin().is_here() else "not on this machine: downloaded on first use"
    except FAULTS as error:
        state = f"is_here failed: {describe(error, plugin)}"
    if plugin.takes_folder and not plugin.size:
        state = "your own images: reads --data-dir"
    return {"size": plugin.size, "licence": plugin.licence, "state": state}


def entries(plugins: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the entries of the list, controls last."""
    from benchmark.plugins.registry import missing
    from benchmark.study import Study

    studies = [
        {"name": name, "help": study.title, "control": False, "missing": "", "module": "", "tags": []}
        for name, study in plugins.items()
        if isinstance(study, Study)
    ]
    rows = studies or [
        {
            "name": name,
            "help": ((plugin.__doc__ or "").strip().splitlines() or [""])[0],
            "control": bool(getattr(plugin, "control", False)),
            "missing": missing(plugin),
            "module": plugin.__module__,
            "tags": list(plugin.tags),
            **_data(plugin),
        }
        for name, plugin in plugins.items()
    ]
    rows = [cleaned(row) for row in rows]
    return sorted(rows, key=lambda row: (row["control"], row["name"]))
