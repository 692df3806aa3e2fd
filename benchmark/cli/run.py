"""`bench run`: score generators per class and write the report."""

from __future__ import annotations

from typing import Any

import click

from benchmark.cli._command import Command
from benchmark.cli._options import all_of, settings_of
from benchmark.cli._run import Shown, carry_out
from benchmark.settings import Settings

EXAMPLE = "bench run --generators smote,gan --classes 3,5"


@click.command(name="run", cls=Command)
@all_of(Settings)
def command(
    config: str | None, dry_run: bool, open_: bool, quiet: bool, verbose: bool, as_json: bool, **options: Any
) -> int:
    """Score generators per class and write a report.

    \b
    bench run --generators smote,gan --classes 3,5
    bench run -g 'smote[k=3,5],affine' -c all --n-real 50,1000
    """
    settings = settings_of(options, config, "generators", f"name the generators to score, as in: {EXAMPLE}")
    return carry_out(settings, Shown(dry_run, quiet, verbose, as_json, open_))
