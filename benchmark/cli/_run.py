"""Carry out a run and show its results."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from benchmark.cli import SIGINT_EXIT
from benchmark.errors import InputError, StoppedError

if TYPE_CHECKING:
    from benchmark.plan.cells import Scored
    from benchmark.plan.plan import Plan
    from benchmark.results.results import Results
    from benchmark.running.pending import State
    from benchmark.settings import Settings


@dataclass(frozen=True)
class Shown:
    """What to show of a run."""

    dry_run: bool
    quiet: bool
    verbose: bool
    as_json: bool
    open_: bool

    def __post_init__(self) -> None:
        """Raise InputError on options that contradict each other."""
        if self.quiet and self.verbose:
            raise InputError("--quiet and --verbose contradict each other; use one of them.")


def carry_out(
    settings: Settings,
    shown: Shown,
    before: Callable[[Plan], None] | None = None,
    after: Callable[[Results], str] | None = None,
) -> int:
    """Carry out a run, show its results, and return the exit code.

    before: may raise InputError while nothing is written. after: returns one more line to print.
    """
    from benchmark.cli._interrupt import take_over
    from benchmark.cli._progress import Progress
    from benchmark.execution import execute, make_plan
    from benchmark.plugins.registry import discover

    if shown.open_ and not settings.report:
        raise InputError("--open shows the report, so --no-report cannot be combined with it.")
    registry = discover(settings.plugins)
    for problem in registry.problems:
        click.echo(f"bench: {problem}", err=True)
    plan = make_plan(settings, registry)
    if before is not None:
        before(plan)
    for line in (*plan.overview, *plan.notes):
        click.echo(f"bench: {line}", err=True)
    if shown.dry_run:
        _show_plan(plan, shown.as_json)
        return 0
    progress = None
    if not (shown.quiet or shown.as_json):
        progress = Progress(verbose=shown.verbose)
        registry.manager.register(progress, name="progress")
    take_over(progress)
    try:
        results = execute(plan)
    except KeyboardInterrupt:
        page = f" and shown in {Path(settings.out) / 'report.html'}" if settings.report else ""
        again = shlex.join(settings.command())
        click.echo(f"bench: interrupted; finished cells are stored{page}.", err=True)
        click.echo(f"To continue, run the same command: {again}", err=True)
        return SIGINT_EXIT
    except StoppedError as error:
        click.echo(
            f"bench: {error}; finished cells are stored. To continue: {shlex.join(settings.command())}", err=True
        )
        return 1
    code = _finish(results, as_json=shown.as_json, open_=shown.open_)
    if after is not None:
        click.echo(after(results), err=shown.as_json)
    return code


def _show_plan(plan: Plan, as_json: bool) -> None:
    from benchmark.plan.cells import describe
    from benchmark.running.estimates import estimate, known_times
    from benchmark.running.pending import look
    from benchmark.store.store import Store

    store = Store(Path(plan.settings.out))
    found = [(scored, look(plan, store, scored)) for scored in plan.scored]
    due = [state for scored, state in found if not scored.skip]
    seconds = estimate(due, known_times(plan, store)) / plan.workers
    rows = [{**describe(scored), "state": _state(scored, state)} for scored, state in found]
    if as_json:
        click.echo(json.dumps({"images": plan.overview, "cells": rows, "seconds": round(seconds, 1)}, indent=1))
        return
    for row in rows:
        click.echo(
            f"{row['config']:<24} class {row['class'] or 'all':<8} n_real {row['n_real']:<6} "
            f"seed {row['seed']:<4} {row['state']}"
        )
    to_do = sum(not state.done for state in due)
    click.echo(
        f"{len(rows)} cells, {to_do} to do; about {_minutes(seconds)} with {plan.workers} workers (an estimate)."
    )


def _state(scored: Scored, state: State) -> str:
    from benchmark.plan.cells import Cell

    if scored.skip:
        return f"{scored.skip_status if isinstance(scored, Cell) else 'skipped'}: {scored.skip}"
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
    from benchmark.cli._table import show
    from benchmark.results import require

    settings = results.plan.settings
    verdicts = [v for text in settings.require for v in require.check(require.parse(text, results.plan), results)]
    if as_json:
        click.echo(json.dumps({**results.summary, "requirements": [asdict(v) for v in verdicts]}, indent=1))
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
    """Return 1 if a cell failed or a requirement was not met, 3 if a generator is not installed, else 0."""
    from benchmark.plugins.registry import missing

    if not met or any(row["status"] not in ("ok", "not-judged", "skipped") for row in results.scores):
        return 1
    return 3 if any(missing(type(g)) for g in results.plan.generators.values()) else 0
