"""`bench score`: score images that were made elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from benchmark.cli._command import Command
from benchmark.cli._options import all_of, settings_of
from benchmark.cli._run import Shown, carry_out
from benchmark.settings import ScoreSettings

if TYPE_CHECKING:
    from benchmark.plan.plan import Plan
    from benchmark.results.results import Results

EXAMPLE = "bench score fakes/ --against mnist --class 5"

keeping = click.option(
    "--keep", metavar="DIR", help="Write the images that pass every per-image check to a new folder."
)


@click.command(name="score", cls=Command)
@all_of(ScoreSettings, keeping)
def command(
    config: str | None,
    keep: str | None,
    dry_run: bool,
    open_: bool,
    quiet: bool,
    verbose: bool,
    as_json: bool,
    **options: Any,
) -> int:
    """Score images that were made elsewhere.

    Each FAKE is one set of images: a folder of image files, or a .npz, .npy, .csv, .parquet or IDX file.

    \b
    bench score fakes/ --against mnist --class 5
    bench score a/ b/ --names gan-a,gan-b --real photos/ --train seen/
    """
    settings = settings_of(options, config, "fake", f"name the images to score, as in: {EXAMPLE}")
    before, after = _keeping(Path(keep)) if keep is not None else (None, None)
    return carry_out(settings, Shown(dry_run, quiet, verbose, as_json, open_), before, after)


def _keeping(folder: Path) -> tuple[Callable[[Plan], None], Callable[[Results], str]]:
    """Return what is checked before the run, and what is done after it. Raises InputError."""
    from benchmark.results.keep import check, keep, new_folder, writing

    new_folder(folder, "--keep")

    def after(results: Results) -> str:
        with writing(folder, "--keep"):
            kept, of = keep(results, folder)
        return f"Kept {kept:,} of {of:,} images in {folder}"

    return check, after
