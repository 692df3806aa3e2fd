"""`bench compare`: what changed between two finished runs, and is it more than chance?"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from benchmark.cli._command import Command
from benchmark.cli._options import as_json
from benchmark.errors import InputError

if TYPE_CHECKING:
    from benchmark.results.regression import Change, Side


@click.command(name="compare", cls=Command)
@click.argument("a", metavar="A")
@click.argument("b", metavar="B")
@click.option(
    "--fail-on-regression",
    is_flag=True,
    help="Exit with 1 if B is significantly worse, or if a cell that worked in A fails in B.",
)
@as_json
def command(a: str, b: str, fail_on_regression: bool, as_json: bool) -> int:
    """Compare two runs: what changed, and is it more than chance?

    A and B are output folders. Differences B - A are paired over the cells that both have, and tested by exact
    sign-flip tests that are Holm-adjusted within each aspect. Changed settings and versions are listed as well.
    """
    from benchmark.results import regression

    if Path(a).resolve() == Path(b).resolve():
        raise InputError(f"{a!r} and {b!r} are the same folder; name two runs.")
    before, after = regression.read(Path(a)), regression.read(Path(b))
    found, failed = regression.changes(before, after), regression.newly_failed(before, after)
    worse = bool(failed) or any(change.word == "worse" for change in found)
    said = regression.differences(before, after)
    if as_json:
        plain = {
            "changes": [_plain(change) for change in found],
            "failed": [list(where) for where in failed],
            "differences": said,
            "regression": worse,
        }
        click.echo(json.dumps(plain, indent=1))
    else:
        _show(found, said, before)
        for config, name, n_real, _, seed in failed:
            click.echo(f"{config}, class {name}, n_real {n_real}, seed {seed}: worked in {a}, fails in {b}")
        click.echo(f"regression: {'yes' if worse else 'none beyond chance'}")
    return 1 if worse and fail_on_regression else 0


def _plain(change: Change) -> dict[str, Any]:
    found = change.found
    lo, hi = found.interval or (None, None)
    return {
        "config": change.config,
        "n_real": change.n_real,
        "aspect": change.aspect,
        "a": change.a,
        "b": change.b,
        "difference": found.difference,
        "lo": lo,
        "hi": hi,
        "pairs": found.n,
        "p": found.holm,
        "word": change.word,
    }


def _show(found: list[Change], said: list[str], before: Side) -> None:
    from rich.console import Console
    from rich.table import Table

    from benchmark.api import p_text
    from benchmark.results import regression

    table = Table(box=None, pad_edge=False)
    for name in ("generator", "n_real", "aspect", "A", "B", "B - A", "pairs", ""):
        table.add_column(name, no_wrap=name == "generator")
    for change in found:
        lo, hi = change.found.interval or (None, None)
        span = "" if lo is None else f" [{lo:+.2f}, {hi:+.2f}]"
        p = f" ({p_text(change.found.holm)})" if change.word in ("worse", "better") else ""
        table.add_row(
            change.config,
            str(change.n_real),
            change.aspect,
            f"{change.a:.2f}",
            f"{change.b:.2f}",
            f"{change.found.difference:+.3f}{span}",
            str(change.found.n),
            change.word + p,
        )
    Console(width=None if sys.stdout.isatty() else 120, highlight=False, markup=False).print(table)
    if any(change.word == "too few pairs to tell" for change in found):
        click.echo(f"too few pairs: add --seeds {regression.seeds_needed(found, before)} to both runs")
    click.echo("what else changed:" if said else "what else changed: nothing")
    for sentence in said:
        click.echo(f"  {sentence}")
