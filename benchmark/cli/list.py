"""`bench list`: generators, metrics, datasets, features, studies and report sections."""

from __future__ import annotations

import json
from typing import Any

import click

from benchmark.cli import _listing
from benchmark.cli._command import Command
from benchmark.cli._options import as_json, setting
from benchmark.text import cleaned

KINDS = ("generators", "metrics", "datasets", "features", "studies", "sections")


@click.command(name="list", cls=Command)
@click.argument("kind", required=False, default="")
@setting("plugins")
@as_json
def command(kind: str, plugins: tuple[str, ...], as_json: bool) -> None:
    """List all plugins, or those of one KIND.

    KIND is generators, metrics, datasets, features, studies or sections.
    """
    from benchmark.errors import unknown

    if kind and kind not in KINDS:
        raise unknown("kind of plugin", kind, KINDS)
    everything = (None if plugins else _listing.recall()) or read(plugins)
    problems: list[str] = everything["problems"]
    found: dict[str, list[dict[str, Any]]] = {name: everything[name] for name in ([kind] if kind else KINDS)}
    if as_json:
        click.echo(json.dumps({**found, "problems": problems}, indent=1))
        return
    for name, rows in found.items():
        click.secho(name, bold=True)
        for row in rows:
            marks = " (control)" * row["control"] + (f" - {row['missing']}" if row["missing"] else "")
            click.echo(f"  {row['name']:<20} {row['help']}{marks}{data_of(row)}")
    for problem in problems:
        click.echo(f"bench: {problem}", err=True)


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


def data_of(row: dict[str, Any]) -> str:
    """Return further facts about a dataset: its size, its licence, and whether it is on this machine."""
    words = [row.get(key, "") for key in ("size", "licence", "state")]
    return f"\n{'':23}{'; '.join(word for word in words if word)}" if any(words) else ""


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
