"""`bench run`: score generators per class and write the report."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from benchmark.cli._options import _options
from benchmark.cli._run import Shown, carry_out
from benchmark.errors import InputError

if TYPE_CHECKING:
    from benchmark.settings import Settings

EXAMPLE = "bench run --generators smote,gan --classes 3,5"


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


def _settings(config: str | None, no_report: bool, given: dict[str, Any]) -> Settings:
    from benchmark.settings import from_mapping, read_toml

    options = {name: value for name, value in given.items() if value is not None and value is not False and value != ()}
    values = {**(read_toml(Path(config)) if config else {}), **options}
    if not values.get("generators"):
        raise InputError(f"name the generators to score, as in: {EXAMPLE}")
    return from_mapping({**values, **({"report": False} if no_report else {})}, config or "the command line")
