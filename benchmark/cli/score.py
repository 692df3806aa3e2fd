"""`bench score`: score images that were made elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from benchmark.cli._options import offline
from benchmark.cli._run import Shown, carry_out
from benchmark.errors import InputError

if TYPE_CHECKING:
    from benchmark.plan.plan import Plan
    from benchmark.results.results import Results

EXAMPLE = "bench score fakes/ --against mnist --class 5"


def _options(function: Callable[..., Any]) -> Callable[..., Any]:
    for option in reversed(
        [
            click.option(
                "--against",
                "--dataset",
                "-d",
                "dataset",
                metavar="NAME",
                help="The real images, of `bench list datasets`.  [default: mnist]",
            ),
            click.option(
                "--real",
                "--data-dir",
                "data_dir",
                metavar="PATH",
                help="Real images of your own: a folder with a sub-folder a class, .npz, .csv or IDX files.",
            ),
            click.option(
                "--class",
                "--classes",
                "-c",
                "classes",
                metavar="CLASSES",
                help="The class of the images; with several in FAKE, which.  [default: all of FAKE]",
            ),
            click.option("--names", metavar="A,B", help="What the sets are called.  [default: as the files]"),
            click.option("--train", metavar="PATH", help="What the generator had seen.  [default: any real image]"),
            click.option("--keep", metavar="DIR", help="Write the images that pass their own verdict."),
            click.option(
                "--range",
                metavar="LOW,HIGH",
                help="The values of black and white, as -1,1; of --train too, where it needs it.",
            ),
            click.option("--invert", is_flag=True, help="Black and white are exchanged."),
            click.option("--resize", is_flag=True, help="Bring the images to the size of the real ones."),
            click.option("--as-is", is_flag=True, help="The values are meant so, even where they look wrong."),
            click.option("--metrics", "-m", metavar="NAMES", help="Which metrics, or all.  [default: as bench run]"),
            click.option("--features", metavar="NAME", help="The space of distances.  [default: pca]"),
            click.option("--seed", metavar="N", type=int, help="Which real images are drawn.  [default: 0]"),
            click.option("--out", "-o", metavar="DIR", help="Where results are kept.  [default: bench-results]"),
            click.option("--workers", metavar="N", type=int, help="Cells at once.  [default: the number of cores]"),
            click.option(
                "--require",
                metavar="CONDITION",
                multiple=True,
                help="Exit with 1 unless it holds: 'realistic>=0.6', 'gan-a.copy_share<0.05'.",
            ),
            click.option("--plugin", "-p", "plugins", metavar="FILE", multiple=True, help="A plugin file or module."),
            click.option("--config", metavar="FILE", help="Options from a TOML file: the run.toml of a run."),
            offline,
            click.option("--fresh", is_flag=True, help="Do everything again, whatever is stored."),
            click.option("--quick", is_flag=True, help="At most 100 images a class, for trying things out."),
            click.option("--dry-run", is_flag=True, help="Check the images, and say what would be done."),
            click.option("--no-report", is_flag=True, help="Write no page."),
            click.option("--open", "open_", is_flag=True, help="Open the page in the browser."),
            click.option("--quiet", "-q", is_flag=True, help="No progress."),
            click.option("--verbose", "-v", is_flag=True, help="A line for each finished cell."),
            click.option(
                "--map-points",
                metavar="N",
                type=int,
                help="Images on the page's map, 0 for none.  [default: 4000, 1000 with --quick]",
            ),
            click.option("--json", "as_json", is_flag=True, help="Print only JSON."),
        ]
    ):
        function = option(function)
    return function


@click.command(name="score")
@click.argument("fake", nargs=-1, metavar="FAKE...")
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
    """Score images that were made elsewhere: each FAKE is a folder of PNG or JPEG, .npz, .npy, .csv or IDX.

    \b
    bench score fakes/ --against mnist --class 5
    bench score a/ b/ --names gan-a,gan-b --real photos/ --train seen/
    """
    from benchmark.settings import from_mapping, read_toml

    keep = given.pop("keep")
    options = {name: value for name, value in given.items() if value is not None and value is not False and value != ()}
    if "names" in options:
        options["names"] = [name.strip() for name in options["names"].split(",")]
    values = {**(read_toml(Path(config)) if config else {}), **options}
    if not values.get("fake"):
        raise InputError(f"name the images to score, as in: {EXAMPLE}")
    settings = from_mapping({**values, **({"report": False} if no_report else {})}, config or "the command line")
    before, after = _keeping(Path(keep)) if keep is not None else (None, None)
    return carry_out(settings, Shown(dry_run, quiet, verbose, as_json, open_), before, after)


def _keeping(folder: Path) -> tuple[Callable[[Plan], None], Callable[[Results], str]]:
    """Return what is checked before the run, and what is done after it. Raises InputError."""
    from benchmark.results import keep as keeping

    keeping.new_folder(folder, "--keep")

    def after(results: Results) -> str:
        with keeping.writing(folder, "--keep"):
            kept, of = keeping.keep(results, folder)
        return f"Kept: {kept:,} of {of:,} images in {folder}"

    return keeping.check, after
