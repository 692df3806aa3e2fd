"""What `bench check NAME` does: run the contract kit and print the outcome of each check."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from benchmark.errors import InputError, unknown

if TYPE_CHECKING:
    from benchmark.api import Plugin
    from benchmark.plugins.registry import Registry
    from benchmark.testing import Outcome

COLOURS = {"PASS": "green", "FAIL": "red", "SKIP": "yellow"}


def check_plugins(names: Sequence[str], options: Mapping[str, Any], *, as_json: bool) -> int:
    """Check the plugins with these names. Return 1 if a check failed, 3 if a package is missing, else 0."""
    from benchmark.plugins.registry import discover, missing
    from benchmark.testing import run_checks

    registry = discover(options.get("plugins", ()))
    for problem in registry.problems:
        click.echo(f"bench: {problem}", err=True)
    chosen = [found for name in names for found in _named(name, registry)]
    data_dir, workers = options.get("data_dir", ""), options.get("workers") or os.cpu_count() or 1
    if data_dir and not Path(data_dir).exists():
        raise InputError(f"--data-dir {data_dir!r} does not exist.")
    found = {}
    for kind, plugin in chosen:
        path = str(Path(data_dir).resolve()) if data_dir else ""
        found[kind, plugin.name] = outcomes = run_checks(plugin, data_dir=path, workers=workers)
        if not as_json:
            _show(kind, plugin, outcomes)
    if as_json:
        rows = [{"plugin": n, "kind": k, **asdict(o)} for (k, n), outcomes in found.items() for o in outcomes]
        click.echo(json.dumps(rows, indent=1))
    if any(outcome.word == "FAIL" for outcomes in found.values() for outcome in outcomes):
        return 1
    return 3 if any(missing(type(plugin)) for _, plugin in chosen) else 0


def _named(text: str, registry: Registry) -> list[tuple[str, Plugin]]:
    """Return the configured plugins that a selector names, of all kinds that the kit checks. Raises InputError."""
    from benchmark.plugins.registry import ONE
    from benchmark.plugins.selectors import select
    from benchmark.testing import KINDS

    name = text.partition("[")[0]
    known = {kind: getattr(registry, kind) for kind in KINDS}
    found = [(kind, plugin) for kind in KINDS if name in known[kind] for plugin in select(text, known[kind], kind)]
    if not found:
        raise unknown("plugin", name, {name for plugins in known.values() for name in plugins})
    return [(ONE.get(kind, kind.removeprefix("report_").removesuffix("s")), plugin) for kind, plugin in found]


def _show(kind: str, plugin: Plugin, outcomes: Sequence[Outcome]) -> None:
    from benchmark.plugins.parameters import config_of
    from benchmark.testing import checks_of

    click.secho(f"{config_of(plugin)} ({kind})", bold=True)
    promises = {check.name: check.help for check in checks_of(plugin)}
    for outcome in outcomes:
        word = click.style(outcome.word, fg=COLOURS[outcome.word])
        click.echo(f"{word}  {outcome.check:<20} {outcome.reason or promises[outcome.check]}")
    counts = Counter[str](outcome.word for outcome in outcomes)
    click.echo(", ".join(f"{counts[word]} {word}" for word in COLOURS))
