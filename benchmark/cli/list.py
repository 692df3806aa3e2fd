"""`bench list`: generators, metrics, datasets, features, studies and report sections."""

from __future__ import annotations

import json
from typing import Any

import click

from benchmark.cli._catalogue import KINDS, catalogue, read
from benchmark.cli._command import Command
from benchmark.cli._options import as_json, setting


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
    everything = read(plugins) if plugins else catalogue()
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


def data_of(row: dict[str, Any]) -> str:
    """Return further facts about a dataset: its size, its licence, and whether it is on this machine."""
    words = [row.get(key, "") for key in ("size", "licence", "state")]
    return f"\n{'':23}{'; '.join(word for word in words if word)}" if any(words) else ""
