"""What `bench check --metrics --suite raisa` does: run the 15 checks of Räisä et al. 2025 and print their table."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from benchmark.audits.raisa_rows import Row

SUITES = ("raisa",)
WORDS = {(True, True): "both", (True, False): "shape", (False, True): "level", (False, False): "-"}
LEGEND = (
    "shapes: checks, of 13, whose curves have the right shape; groups: shapes and levels that hold, of 28; "
    "then check by check which of the two holds ('both' also where a check has only one)."
)


def check(options: Mapping[str, Any], *, as_json: bool) -> int:
    """Run the suite and print its table, as Markdown or as JSON."""
    from benchmark.audits import raisa
    from benchmark.audits.raisa_data import CURVES
    from benchmark.plugins.registry import discover
    from benchmark.settings import from_mapping

    settings = from_mapping({**options, "generators": "*"}, "the command line")
    repeats = settings.seeds or raisa.REPEATS
    with click.progressbar(length=repeats * len(CURVES), label="curves", file=sys.stderr) as bar:
        rows = raisa.run(
            discover(settings.plugins),
            settings.metrics,
            repeats=repeats,
            workers=settings.workers or os.cpu_count() or 1,
            done=lambda: bar.update(1),
        )
    if as_json:
        found = [{**asdict(row), "shapes": row.shapes, "all_groups": row.all_groups} for row in rows]
        click.echo(json.dumps({"suite": "raisa", "repeats": repeats, "rows": found}, indent=1))
    else:
        show(rows, repeats)
    return 0


def show(rows: Sequence[Row], repeats: int) -> None:
    """Print the table, and what the aspects fail."""
    from benchmark.judging.aspects import ASPECTS

    checks = list(rows[0].groups)
    header = ["measure", "purpose", "scale", "shapes", "groups", *map(str, checks)]
    lines = [header, ["---"] * len(header)]
    for row in rows:
        marks = [WORDS[found["shape"], found.get("levels", found["shape"])] for found in row.groups.values()]
        lines.append([row.measure, row.purpose, row.scale, str(row.shapes), str(row.all_groups), *marks])
    for line in lines:
        click.echo(f"| {' | '.join(line)} |")
    click.echo(f"\nMeans of {repeats} repeat{'s' * (repeats > 1)}; {LEGEND}")
    names = {aspect.name for aspect in ASPECTS}
    for row in rows:
        if row.measure.partition(":")[0] in names and row.scale == "calibrated":
            click.echo(f"\n{row.measure} (calibrated) fails:\n")
            for predicate, curves in row.failed.items():
                click.echo(f"- {predicate} ({'; '.join(curves)})")
