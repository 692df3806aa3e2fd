"""`bench check`: the contract kit on plugins; with --metrics, do the metrics detect known faults?"""

from __future__ import annotations

import json
import shutil
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from benchmark.cli._command import Command
from benchmark.cli._options import as_json, given, setting
from benchmark.errors import InputError, naming, unknown

if TYPE_CHECKING:
    from benchmark.audits.selfcheck import Verdict
    from benchmark.results.results import Results


KIT = ("data_dir", "plugins", "workers")  # options that the contract kit takes
SUITE = ("metrics", "plugins", "workers", "seeds")  # options that --suite takes


@click.command(name="check", cls=Command)
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--metrics", "check_metrics", is_flag=True, help="Check the metrics, with images that have known faults.")
@click.option("--suite", metavar="NAME", help="Check the metrics with a published suite instead: raisa.")
@setting("metrics", flags=("--only", "-m"), help="Which metrics to check.", shown="the default ones except tsne")
@setting("dataset")
@setting("data_dir")
@setting("classes", shown="3,5")
@setting("features")
@setting("n_real", help="Number of training images per class.", metavar="N", hint=int, joined=False)
@setting("n_synthetic", help="Number of images per candidate.")
@setting("seeds")
@setting("workers")
@setting("out", help="Where to keep the results.", shown="a temporary folder, which is deleted")
@setting("plugins")
@as_json
def command(names: tuple[str, ...], check_metrics: bool, suite: str | None, as_json: bool, **words: Any) -> int:
    """Check plugins against the contract, or the metrics themselves.

    \b
    bench check jitter                  a generator, metric, dataset, feature space or section
    bench check 'gan[steps=20]'         the same with less work
    bench check -p mine.py mine         a plugin in a file
    bench check --metrics               images with known faults: PASS or FAIL per claim
    bench check --metrics --suite raisa the 15 checks of Räisä et al. 2025: a table

    Exits with 1 if something fails; the table of a suite is no verdict.
    """
    options = given(words)
    if suite is not None:
        return _check_with(suite, options, only_metrics=check_metrics and not names, as_json=as_json)
    if bool(names) == check_metrics:
        raise InputError(
            "name the plugins to check, as in: bench check smote; or check the metrics: bench check --metrics"
        )
    if check_metrics:
        return _check_metrics(options, as_json=as_json)
    from benchmark.cli._kit import check_plugins

    odd = [name for name in options if name not in KIT]
    if odd:
        raise InputError(
            f"--{odd[0].replace('_', '-')} can only be used with --metrics; the contract kit brings its own images."
        )
    return check_plugins(names, options, as_json=as_json)


def _check_with(suite: str, options: dict[str, Any], *, only_metrics: bool, as_json: bool) -> int:
    from benchmark.cli import _suite

    if suite not in _suite.SUITES:
        with naming("--suite"):
            raise unknown("suite", suite, _suite.SUITES)
    if not only_metrics:
        raise InputError(f"--suite {suite} checks metrics; write: bench check --metrics --suite {suite}")
    for name in options:
        if name not in SUITE:
            raise InputError(
                f"--{name.replace('_', '-')} cannot be used with --suite {suite}, which makes its own data."
            )
    return _suite.check(options, as_json=as_json)


def _check_metrics(options: dict[str, Any], *, as_json: bool) -> int:
    from benchmark.audits import selfcheck
    from benchmark.plugins.registry import discover
    from benchmark.settings import from_mapping

    temporary = None if "out" in options else tempfile.mkdtemp(prefix="bench-check-")
    try:
        fixed = {"out": f"{temporary}/store", "classes": "3,5", **options, "report": False, "generators": "*"}
        settings = from_mapping(fixed, "the command line")
        registry = discover(settings.plugins)
        if not as_json:
            from benchmark.cli._progress import Progress

            registry.manager.register(Progress(), name="progress")
        results = selfcheck.run(settings, registry)
        found = selfcheck.verdicts(results)
        show(results, found, as_json=as_json)
    finally:
        if temporary:
            shutil.rmtree(Path(temporary), ignore_errors=True)
    return 1 if any(v.word == "FAIL" for v in found) else 0


def show(results: Results, found: list[Verdict], *, as_json: bool) -> None:
    """Print a table with the raw means of each candidate, and one line per claim."""
    from benchmark.audits.selfcheck import value

    configs = list(results.plan.generators)
    means = {name: {config: value(results, config, name) for config in configs} for name in results.table.measures}
    if as_json:
        click.echo(json.dumps({"means": means, "claims": [asdict(v) for v in found]}, indent=1))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    table.add_column("candidate", no_wrap=True)
    shown = [n for n, m in results.table.measures.items() if m.anchored]
    for name in shown:
        table.add_column(name.replace("_", " "), justify="right")
    for config in configs:
        table.add_row(config, *("-" if means[n][config] is None else f"{means[n][config]:.2f}" for n in shown))
    Console(width=max(120, 12 * len(shown) + 30), highlight=False, markup=False).print(table)
    for verdict in found:
        click.echo(f"{verdict.word:<13} {verdict.claim}: {verdict.found}")
    click.echo(", ".join(f"{sum(v.word == w for v in found)} {w}" for w in ("PASS", "FAIL", "CANNOT JUDGE")))
