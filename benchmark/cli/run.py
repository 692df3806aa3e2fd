"""`bench run`: score generators per class and write the report."""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from benchmark.cli import SIGINT_EXIT
from benchmark.errors import InputError, StoppedError

if TYPE_CHECKING:
    from benchmark.plan import Plan
    from benchmark.results import Results
    from benchmark.settings import Settings

EXAMPLE = "bench run --generators smote,gan --classes 3,5"


class Numbers(click.ParamType[tuple[int, ...]]):
    """Whole numbers joined by commas."""

    name = "N,N"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, ...]:
        """Return a tuple of numbers."""
        try:
            return value if isinstance(value, tuple) else tuple(int(part) for part in value.split(","))
        except ValueError:
            self.fail(f"{value!r} is not allowed; write whole numbers joined by commas, as 50,1000.", param, ctx)


def _offline(_: click.Context, __: click.Parameter, wanted: bool) -> None:
    if wanted:
        os.environ["SYNTHASSAY_OFFLINE"] = "1"  # every process of the run reads data, and inherits it


offline = click.option(
    "--offline",
    is_flag=True,
    expose_value=False,
    callback=_offline,
    help="Download no data; say what is missing and where to put it.",
)


def _options(function: Callable[..., Any]) -> Callable[..., Any]:
    for option in reversed(
        [
            click.option(
                "--generators",
                "-g",
                metavar="NAMES",
                help="What to score: smote, 'smote[k=3]', 'gan[steps=600,1200]', @tag, globs.",
            ),
            click.option("--exclude", "-x", metavar="NAMES", help="Leave these out."),
            click.option("--classes", "-c", metavar="CLASSES", help="3,5 or 0-4 or all or names.  [default: all]"),
            click.option(
                "--metrics", "-m", metavar="NAMES", help="Which metrics, or all.  [default: all but the diagnostics]"
            ),
            click.option("--features", metavar="NAME", help="The space of distances.  [default: pca]"),
            click.option("--dataset", "-d", metavar="NAME", help="Real images.  [default: mnist]"),
            click.option(
                "--data-dir",
                metavar="PATH",
                help="Real images of your own: a folder with a sub-folder a class, .npz, .csv or IDX files.",
            ),
            click.option(
                "--n-real", type=Numbers(), help="Training images a class; several are a grid.  [default: 1000]"
            ),
            click.option(
                "--n-synthetic",
                metavar="N",
                type=int,
                help="Images to sample a class, and as many real to compare with.  [default: 500]",
            ),
            click.option("--seeds", metavar="N", type=int, help="How many repeats.  [default: 3]"),
            click.option("--seed", metavar="N", type=int, help="The first seed.  [default: 0]"),
            click.option(
                "--out", "-o", metavar="DIR", help="Where results are kept and found again.  [default: bench-results]"
            ),
            click.option("--workers", metavar="N", type=int, help="Cells at once.  [default: the number of cores]"),
            click.option(
                "--cluster",
                metavar="ADDRESS",
                help="Run the cells on the workers of a Dask scheduler, tcp://host:8786.",
            ),
            click.option(
                "--timeout", metavar="SECONDS", type=float, help="Limit for generating a cell.  [default: 3600]"
            ),
            click.option("--memory", metavar="GIB", type=float, help="Limit for generating a cell.  [default: 4]"),
            click.option(
                "--require",
                metavar="CONDITION",
                multiple=True,
                help="Exit with 1 unless it holds: 'gan.realistic>=0.6', 'copy_share<0.05'.",
            ),
            click.option(
                "--plugin",
                "-p",
                "plugins",
                metavar="FILE",
                multiple=True,
                help="A plugin file beside you, or a module.",
            ),
            click.option(
                "--config", metavar="FILE", help="Options from a TOML file, as each run writes one (run.toml)."
            ),
            click.option(
                "--device", metavar="cpu|auto", help="auto: generate on a GPU where there is one.  [default: cpu]"
            ),
            click.option(
                "--shard", metavar="I/N", help="Only the I-th of N shares of the cells; bench merge joins the stores."
            ),
            offline,
            click.option("--fresh", is_flag=True, help="Do everything again, whatever is stored."),
            click.option("--keep-failures", is_flag=True, help="Leave failed cells; by default they are tried again."),
            click.option("--quick", is_flag=True, help="Tiny sizes and one seed, for trying things out."),
            click.option(
                "--map-points",
                metavar="N",
                type=int,
                help="Images on the page's map, 0 for none.  [default: 4000, 1000 with --quick]",
            ),
            click.option("--dry-run", is_flag=True, help="Say what would be done and how long it might take."),
            click.option("--no-report", is_flag=True, help="Write no page."),
            click.option("--open", "open_", is_flag=True, help="Open the page in the browser."),
            click.option("--quiet", "-q", is_flag=True, help="No progress."),
            click.option("--verbose", "-v", is_flag=True, help="A line for each finished cell."),
            click.option(
                "--json", "as_json", is_flag=True, help="Print only JSON: the summary, or the plan of --dry-run."
            ),
        ]
    ):
        function = option(function)
    return function


@click.command(name="run")
@_options
def command(
    config: str | None,
    dry_run: bool,
    no_report: bool,
    open_: bool,
    quiet: bool,
    verbose: bool,
    as_json: bool,
    **given: Any,
) -> int:
    """Score generators per class and write the report.

    \b
    bench run --generators smote,gan --classes 3,5
    bench run -g 'smote[k=3,5],affine' -c all --n-real 50,1000
    """
    settings = _settings(config, no_report, given)
    return carry_out(settings, Shown(dry_run, quiet, verbose, as_json, open_))


@dataclass(frozen=True)
class Shown:
    """What is shown of a run."""

    dry_run: bool
    quiet: bool
    verbose: bool
    as_json: bool
    open_: bool


def carry_out(
    settings: Settings,
    shown: Shown,
    before: Callable[[Plan], None] | None = None,
    after: Callable[[Results], str] | None = None,
) -> int:
    """Do what the settings say, show it, and return the exit code.

    before: may raise InputError while nothing is written. after: returns one more line to print.
    """
    from benchmark import plugins
    from benchmark.cli._interrupt import take_over
    from benchmark.cli._progress import Progress
    from benchmark.execution import execute, make_plan

    registry = plugins.discover(settings.plugins)
    for problem in registry.problems:
        click.echo(f"bench: {problem}", err=True)
    plan = make_plan(settings, registry)
    if before is not None:
        before(plan)
    if shown.dry_run:
        _show_plan(plan, shown.as_json)
        return 0
    progress = None
    if not (shown.quiet or shown.as_json):
        progress = Progress(verbose=shown.verbose)
        registry.manager.register(progress, name="progress")
    for note in plan.notes:
        click.echo(f"bench: {note}", err=True)
    take_over(progress)
    try:
        results = execute(plan)
    except KeyboardInterrupt:
        page = f", and shown in {Path(settings.out) / 'report.html'}" if settings.report else ""
        again = shlex.join(settings.command())
        click.echo(f"bench: interrupted; what is finished is kept{page}.", err=True)
        click.echo(f"Run the same command to go on: {again}", err=True)
        return SIGINT_EXIT
    except StoppedError as error:
        click.echo(f"bench: {error}; what is finished is kept. To go on: {shlex.join(settings.command())}", err=True)
        return 1
    code = _finish(results, as_json=shown.as_json, open_=shown.open_)
    if after is not None:
        click.echo(after(results), err=shown.as_json)
    return code


def _settings(config: str | None, no_report: bool, given: dict[str, Any]) -> Settings:
    from benchmark.settings import from_mapping, read_toml

    options = {name: value for name, value in given.items() if value is not None and value is not False and value != ()}
    values = {**(read_toml(Path(config)) if config else {}), **options}
    if not values.get("generators"):
        raise InputError(f"name the generators to score, as in: {EXAMPLE}")
    return from_mapping({**values, **({"report": False} if no_report else {})}, config or "the command line")


def _show_plan(plan: Plan, as_json: bool) -> None:
    from benchmark.estimates import estimate, known_times
    from benchmark.plan import describe_cell
    from benchmark.store import Store
    from benchmark.todo import look

    store = Store(Path(plan.settings.out))
    states = [look(plan, store, cell) for cell in (*plan.cells, *plan.groups)]
    seconds = estimate([s for s in states if not s.cell.skip], known_times(plan, store)) / plan.workers
    rows = [{**describe_cell(s.cell), "state": _state(s)} for s in states]
    if as_json:
        click.echo(json.dumps({"cells": rows, "seconds": round(seconds, 1)}, indent=1))
        return
    for row in rows:
        click.echo(
            f"{row['config']:<24} class {row['class'] or 'all':<8} n_real {row['n_real']:<6} "
            f"seed {row['seed']:<4} {row['state']}"
        )
    to_do = sum(not s.done and not s.cell.skip for s in states)
    click.echo(
        f"{len(rows)} cells, {to_do} to do; about {_minutes(seconds)} with {plan.workers} workers (an estimate)."
    )


def _state(state: Any) -> str:
    if state.cell.skip:
        return f"skipped: {state.cell.skip}"
    if state.done:
        return "cached"
    return (
        "to generate and score"
        if state.generate
        else f"generated; to score: {', '.join(m.name for m in state.metrics.values())}"
    )


def _minutes(seconds: float) -> str:
    return f"{seconds:.0f} seconds" if seconds < 100 else f"{seconds / 60:.0f} minutes"


def _finish(results: Results, *, as_json: bool, open_: bool) -> int:
    from benchmark import requirements
    from benchmark.cli._table import show

    settings = results.plan.settings
    verdicts = [
        v for text in settings.require for v in requirements.check(requirements.parse(text, results.plan), results)
    ]
    if as_json:
        click.echo(json.dumps({**results.summary, "requirements": [v.__dict__ for v in verdicts]}, indent=1))
    else:
        show(results)
        for verdict in verdicts:
            click.echo(verdict.sentence)
        page = results.store.folder / "report.html"
        click.echo(f"Report: {page}" if settings.report else f"Scores: {results.store.folder / 'scores.csv'}")
        if results.page_warning:
            click.echo(f"bench: {results.page_warning}", err=True)
        if open_ and settings.report:
            click.launch(str(page))
    return exit_code(results, all(v.met for v in verdicts))


def exit_code(results: Results, met: bool) -> int:
    """Return 1 where a cell failed or a requirement was not met, 3 where a generator is not installed, else 0."""
    from benchmark.plugins import missing

    if not met or any(row["status"] not in ("ok", "not-judged", "skipped") for row in results.scores):
        return 1
    return 3 if any(missing(type(g)) for g in results.plan.generators.values()) else 0
