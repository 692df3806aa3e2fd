"""`bench reproduce`: a published study, claim by claim."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from benchmark.cli import SIGINT_EXIT
from benchmark.errors import InputError, StoppedError

if TYPE_CHECKING:
    from benchmark.audits.reproduce import Outcome
    from benchmark.cli._progress import Progress
    from benchmark.plugins.registry import Registry


@click.command(name="reproduce")
@click.argument("name", metavar="STUDY", required=False)
@click.option("--quick", is_flag=True, help="Tiny sizes: says REDUCED, never PASS.")
@click.option("--full", is_flag=True, help="Figures from all images, where the study leaves some out.")
@click.option("--out", "-o", metavar="DIR", help="Where results are kept.  [default: bench-results-STUDY]")
@click.option("--data-dir", metavar="PATH", help="Your own copy of the data, for the runs that take one.")
@click.option("--workers", metavar="N", type=int, help="Cells at once.  [default: the number of cores]")
@click.option("--plugin", "-p", "plugins", metavar="FILE", multiple=True, help="A plugin file with a study.")
@click.option("--open", "open_", is_flag=True, help="Open the page in the browser.")
@click.option("--quiet", "-q", is_flag=True, help="No progress.")
@click.option("--json", "as_json", is_flag=True, help="Print only JSON: what study.json holds.")
def command(
    name: str | None, out: str | None, plugins: tuple[str, ...], open_: bool, quiet: bool, as_json: bool, **given: Any
) -> int:
    """Run a published study and judge its claims: PASS, FAIL or CANNOT TELL, each with what was measured.

    \b
    bench reproduce smote-report
    bench list studies
    """
    from benchmark.audits.reproduce import as_report, reproduce
    from benchmark.cli._interrupt import take_over
    from benchmark.plugins.registry import discover
    from benchmark.results.page import write_study

    registry = discover(plugins)
    if not name:
        raise InputError(f"name the study to reproduce; there are: {', '.join(sorted(registry.studies))}.")
    study = registry.get("studies", name)
    take_over(None if quiet or as_json else _show_progress(registry))
    folder = Path(out or f"bench-results-{name}")
    sizes = {"reduced": given.pop("quick"), "full": given.pop("full")}
    changes = {option: value for option, value in given.items() if value is not None}

    def say(line: str) -> None:
        if not (quiet or as_json):
            click.echo(f"{name}, {line}", err=True)

    try:
        outcome = reproduce(study, registry, folder, **sizes, changes=changes, say=say)
    except KeyboardInterrupt:
        click.echo("bench: interrupted; what is finished is kept. Run the same command to go on.", err=True)
        return SIGINT_EXIT
    except StoppedError as error:
        click.echo(f"bench: {error}; what is finished is kept. Run the same command to go on.", err=True)
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
    """Print a row a claim: what was published, what was measured, and the verdict."""
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
        click.echo("A reduced run: it shows that the study works; it confirms and refutes nothing.")
    click.echo(f"Report: {page}")


def _show_progress(registry: Registry) -> Progress:
    from benchmark.cli._progress import Progress

    progress = Progress()
    registry.manager.register(progress, name="progress")
    return progress
