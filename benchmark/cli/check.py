"""`bench check`: the contract kit on plugins; with --metrics, do the metrics tell known faults apart?"""

from __future__ import annotations

import json
import shutil
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from benchmark.errors import InputError

if TYPE_CHECKING:
    from benchmark.audits.selfcheck import Verdict
    from benchmark.results.results import Results


KIT = ("data_dir", "plugins", "workers")  # options that the contract kit takes


@click.command(name="check")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--metrics", "check_metrics", is_flag=True, help="Judge the metrics by images with known faults.")
@click.option("--only", "-m", "metrics", metavar="NAMES", help="These metrics.  [default: the default ones but tsne]")
@click.option("--dataset", "-d", metavar="NAME", help="Real images.  [default: mnist]")
@click.option("--data-dir", metavar="DIR", help="Your own images, for a dataset that reads a folder.")
@click.option("--classes", "-c", metavar="CLASSES", help="As in bench run.  [default: 3,5]")
@click.option("--features", metavar="NAME", help="The space of distances.  [default: pca]")
@click.option("--n-real", metavar="N", type=int, help="Training images a class.  [default: 1000]")
@click.option("--n-synthetic", metavar="N", type=int, help="Images a candidate.  [default: 500]")
@click.option("--seeds", metavar="N", type=int, help="How many repeats.  [default: 3]")
@click.option("--workers", metavar="N", type=int, help="Cells at once.  [default: the number of cores]")
@click.option("--out", "-o", metavar="DIR", help="Keep what was computed.  [default: a folder that is deleted]")
@click.option("--plugin", "-p", "plugins", metavar="FILE", multiple=True, help="A plugin file with metrics to check.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(names: tuple[str, ...], check_metrics: bool, as_json: bool, **given: Any) -> int:
    """Check plugins by the contract kit, or with --metrics the suite itself.

    \b
    bench check jitter                  a generator, metric, dataset, feature space or section
    bench check 'gan[steps=20]'         with less to do
    bench check -p mine.py mine         a file beside you
    bench check --metrics               candidates with known faults: PASS or FAIL for each claim

    Exit code 1 where something fails.
    """
    options = {name: value for name, value in given.items() if value is not None and value != ()}
    if bool(names) == check_metrics:
        raise InputError("say what to check, as in: bench check --metrics, or by names of plugins: bench check smote")
    if check_metrics:
        return _check_metrics(options, as_json=as_json)
    from benchmark.cli._kit import check_plugins

    odd = [name for name in options if name not in KIT]
    if odd:
        raise InputError(f"--{odd[0].replace('_', '-')} goes with --metrics; the contract kit has its own images.")
    return check_plugins(names, options, as_json=as_json)


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
    """Print a table of raw means, candidate by candidate, and a line a claim."""
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
