"""`bench reproduce`: runs a published study and judges it claim by claim."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from benchmark.cli import SIGINT_EXIT
from benchmark.cli._command import Command
from benchmark.cli._options import as_json, open_, quiet, setting
from benchmark.errors import InputError, StoppedError

if TYPE_CHECKING:
    from benchmark.audits.reproduce import Outcome
    from benchmark.cli._progress import Progress
    from benchmark.plugins.registry import Registry


@click.command(name="reproduce", cls=Command)
@click.argument("name", metavar="STUDY", required=False)
@click.option("--quick", is_flag=True, help="Use small sizes; claims are then marked REDUCED, never PASS.")
@click.option("--full", is_flag=True, help="Draw figures from all images, even where the study uses only some.")
@setting("out", shown="bench-results-STUDY")
@setting("data_dir", help="Your own copy of the data, for runs that do not name a dataset.")
@setting("workers")
@setting("plugins")
@open_
@quiet
@as_json
def command(
    name: str | None, out: str | None, plugins: tuple[str, ...], open_: bool, quiet: bool, as_json: bool, **given: Any
) -> int:
    """Run a published study and judge its claims.

    Each claim gets the verdict PASS, FAIL or CANNOT TELL, together with the measured value.

    \b
    bench reproduce smote-report
    bench list studies
    """
    from benchmark.audits.reproduce import as_report, reproduce
    from benchmark.cli._interrupt import take_over
    from benchmark.plugins.registry import discover
    from benchmark.results import output
    from benchmark.results.page import write_study

    registry = discover(plugins)
    if not name:
        raise InputError(f"name the study to reproduce; there are: {', '.join(sorted(registry.studies))}.")
    study = registry.get("studies", name)
    take_over(None if quiet or as_json else _show_progress(registry))
    folder = Path(out or f"bench-results-{name}")
    output.check_folder(folder, "--out")
    sizes = {"reduced": given.pop("quick"), "full": given.pop("full")}
    changes = {option: value for option, value in given.items() if value is not None}

    def say(line: str) -> None:
        if not (quiet or as_json):
            click.echo(f"{name}, {line}", err=True)

    try:
        outcome = reproduce(study, registry, folder, **sizes, changes=changes, say=say)
    except KeyboardInterrupt:
        click.echo("bench: interrupted; finished cells are stored. To continue, run the same command.", err=True)
        return SIGINT_EXIT
    except StoppedError as error:
        click.echo(f"bench: {error}; finished cells are stored. To continue, run the same command.", err=True)
        return 1
    report = as_report(outcome)
    page = write_study(report, folder)
    if as_json:
        click.echo(json.dumps(report, indent=1))
    else:
        show(outcome, page)
    if open_:
        click.launch(str(page))
    return 1 if outcome.failed else 0


def show(outcome: Outcome, page: Path) -> None:
    """Print one row per claim: the published value, the measured value and the verdict."""
    from rich.console import Console
    from rich.table import Table

    table = Table(pad_edge=False, box=None, show_lines=False, padding=(0, 2, 1, 0))
    for column in ("claim", "published", "measured"):
        table.add_column(column, ratio=3 if column != "published" else 2)
    table.add_column("verdict", no_wrap=True)
    for claim in outcome.claims:
        table.add_row(claim["claim"], f"{claim['published']} ({claim['where']})", claim["measured"], claim["verdict"])
    Console(width=None if sys.stdout.isatty() else 140, highlight=False, markup=False).print(table)
    words = [claim["verdict"] for claim in outcome.claims]
    click.echo(", ".join(f"{words.count(word)} {word}" for word in dict.fromkeys(words)))
    if outcome.reduced:
        click.echo(
            "This was a reduced run: it shows that the study can be run, but neither confirms nor refutes a claim."
        )
    click.echo(f"Report: {page}")


def _show_progress(registry: Registry) -> Progress:
    from benchmark.cli._progress import Progress

    progress = Progress()
    registry.manager.register(progress, name="progress")
    return progress
