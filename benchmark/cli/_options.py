"""The options of `bench run`."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import click


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
