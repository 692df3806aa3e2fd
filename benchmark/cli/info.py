"""`bench info`: the parameters, measures, source, licence and requirements of one plugin."""

from __future__ import annotations

import inspect
import json
from typing import TYPE_CHECKING, Any

import click

from benchmark.cli._command import Command
from benchmark.cli._options import as_json, setting
from benchmark.text import cleaned

if TYPE_CHECKING:
    from benchmark.study import Study


@click.command(name="info", cls=Command)
@click.argument("name")
@setting("plugins")
@as_json
def command(name: str, plugins: tuple[str, ...], as_json: bool) -> None:
    """Show one plugin: parameters, measures, source and licence."""
    from benchmark.errors import unknown
    from benchmark.plugins.registry import KINDS, discover

    registry = discover(plugins)
    found = {kind: getattr(registry, kind)[name] for kind in KINDS if name in getattr(registry, kind)}
    if not found:
        raise unknown("plugin", name, {n for kind in KINDS for n in getattr(registry, kind)})
    described = [
        cleaned(describe_study(plugin) if kind == "studies" else describe(plugin, kind))
        for kind, plugin in found.items()
    ]
    if as_json:
        click.echo(json.dumps(described, indent=1))
        return
    for entry in described:
        (_show_study if entry["kind"] == "study" else _show)(entry)


def describe_study(study: Study) -> dict[str, Any]:
    """Return what a study runs and claims, as plain values."""
    return {
        "name": study.name,
        "kind": "study",
        "description": f"{study.title}\n\n{study.about}",
        "source": study.source,
        "runs": {name: dict(options) for name, options in study.runs.items()},
        "claims": [{"claim": c.text, "published": c.published, "confirms": c.confirms} for c in study.claims],
    }


def describe(plugin: Any, kind: str) -> dict[str, Any]:
    """Return all that is known about a plugin class, as plain values."""
    from benchmark.plugins.parameters import parameters_of, to_text
    from benchmark.plugins.registry import missing, source_file

    return {
        "name": plugin.name,
        "kind": kind.removesuffix("s") if kind != "features" else kind,
        "description": inspect.cleandoc(plugin.__doc__ or ""),
        "source": plugin.source,
        "licence": plugin.licence or _licence(plugin.__module__.partition(".")[0]),
        "tags": list(plugin.tags),
        "needs": list(plugin.needs),
        "missing": missing(plugin),
        "file": source_file(plugin),
        "control": bool(getattr(plugin, "control", False)),
        "cost": getattr(plugin, "cost", ""),
        "parameters": [
            {"name": p.name, "default": to_text(p.default), "allowed": p.allowed, "help": p.help}
            for p in parameters_of(plugin).values()
        ],
        "measures": [
            {
                "name": m.name,
                "better": m.better,
                "aspect": m.aspect,
                "failing": m.failing,
                "smallest_n": m.smallest_n,
                "help": m.help,
            }
            for m in getattr(plugin, "measures", ())
        ],
    }


def _licence(package: str) -> str:
    """Return the licence in the metadata of the distribution that a package is from, or ""."""
    from importlib import metadata

    ours = package in ("benchmark", "generators", "metrics", "reports")
    try:
        name = "synthassay" if ours else metadata.packages_distributions()[package][0]
        said = metadata.metadata(name)
    except (KeyError, metadata.PackageNotFoundError):
        return ""
    return next((said[key] for key in ("License-Expression", "License") if key in said), "")


def _show(entry: dict[str, Any]) -> None:
    click.secho(f"{entry['name']} ({entry['kind']}{', control' * entry['control']})", bold=True)
    click.echo(entry["description"] + "\n")
    for word in ("source", "licence", "cost", "missing", "file"):
        if entry[word]:
            click.echo(f"{word + ':':<10} {entry[word]}")
    for name in ("tags", "needs"):
        if entry[name]:
            click.echo(f"{name + ':':<10} {', '.join(entry[name])}")
    if entry["parameters"]:
        click.secho("\nparameters", bold=True)
    for p in entry["parameters"]:
        click.echo(f"  {p['name'] + '=' + p['default']:<20} {p['help']}{' ' * bool(p['help'])}({p['allowed']})")
    if entry["measures"]:
        click.secho("\nmeasures", bold=True)
    for m in entry["measures"]:
        fails = f"; fails: {m['failing']}" if m["failing"] else ""
        click.echo(f"  {m['name']:<24} {m['help']} (better: {m['better']}{fails}; from {m['smallest_n']} images)")


def _show_study(entry: dict[str, Any]) -> None:
    click.secho(f"{entry['name']} (study)", bold=True)
    click.echo(f"{entry['description']}\n\nsource:    {entry['source']}")
    click.secho("\nruns", bold=True)
    for name, options in entry["runs"].items():
        click.echo(f"  {name:<10} " + ", ".join(f"{option}={value}" for option, value in options.items()))
    click.secho("\nclaims", bold=True)
    for claim in entry["claims"]:
        click.echo(f"  {claim['claim']}\n      confirmed if {claim['confirms']}")
