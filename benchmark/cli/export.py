"""`bench export`: writes samples or results from a store."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from benchmark.cli._command import Command
from benchmark.cli._options import setting
from benchmark.errors import InputError, unknown

if TYPE_CHECKING:
    from benchmark.api import Images
    from benchmark.results.export import Training

SAMPLES = ("png", "npz")
RESULTS = {"csv": "scores.csv", **dict.fromkeys(("json", "markdown", "latex"), "summary.json")}


@click.command(name="export", cls=Command)
@click.argument("folder", metavar="[DIR]", default="bench-results")
@click.option(
    "--format",
    "-f",
    "form",
    required=True,
    metavar="FORMAT",
    help="png or npz for the images; csv, json, markdown or latex for the results.",
)
@click.option(
    "--to",
    "-o",
    metavar="PATH",
    help="A new folder for the images, or a file for the results; - is standard output.  "
    "[default: bench-export, or standard output]",
)
@click.option(
    "--generators",
    "-g",
    default="",
    metavar="NAMES",
    help="Which generators to export, controls included.  [default: all generators, without controls]",
)
@click.option("--train", is_flag=True, help="Also export the real images that the generators were trained on.")
@setting("plugins", help="With --train: load the dataset from this plugin. Can be repeated.")
def command(folder: str, form: str, to: str | None, generators: str, train: bool, plugins: tuple[str, ...]) -> None:
    """Export the images or the results of the last run.

    DIR is the output folder of the run.  [default: bench-results]
    """
    if form in RESULTS and (generators or train):
        option = f"--generators {generators!r}" if generators else "--train"
        raise InputError(
            f"{option} is only for images ({', '.join(SAMPLES)}); --format {form} exports the results of the whole run."
        )
    if plugins and not train:
        raise InputError(f"--plugin {plugins[0]!r} is only for --train; leave it out, or add --train.")
    if form in SAMPLES:
        _samples(Path(folder), Path(to or "bench-export"), form, generators, plugins if train else None)
    elif form in RESULTS:
        _results(Path(folder), Path(to) if to else None, form)
    else:
        raise unknown("--format", form, (*SAMPLES, *RESULTS))


def _training(folder: Path, plugins: tuple[str, ...]) -> Training:
    """Return what gives the training images of a cell. Raises InputError."""
    from benchmark.execution import real_images

    data, sizes = real_images(folder, plugins)

    def images(record: dict[str, Any]) -> Images:
        if record["n_real"] not in sizes or not 0 <= record["label"] < len(data.class_names):
            raise InputError(f"the run.toml in {str(folder)!r} is not of its cells; run the same command again.")
        return data.roles(record["label"], record["seed"], sizes[record["n_real"]])["train"]

    return images


def _samples(folder: Path, target: Path, form: str, generators: str, plugins: tuple[str, ...] | None) -> None:
    from benchmark.results import cells_json, export, output
    from benchmark.results.keep import new_folder, writing
    from benchmark.store.store import DamagedError, Store

    if output.is_stdout(target):
        raise InputError(f"--to {str(target)!r}: images cannot be written to standard output; name a new folder.")
    new_folder(target, "--to")
    if not (folder / "format.json").is_file():
        raise InputError(f"{str(folder)!r} is not a store; name the output folder of a run.")
    store = Store(folder, "DIR")
    records = cells_json.records(store)
    cells = export.chosen(store, records, generators)
    training = None if plugins is None else _training(folder, plugins)
    try:
        sets = export.sets_of(store, records, cells, training)
    except DamagedError as error:
        raise InputError(f"cell {error} was damaged; run the same command again to recompute it.") from None
    with writing(target, "--to"):
        for written in export.write_samples(sets, target, form):
            click.echo(str(written))


def _results(folder: Path, target: Path | None, form: str) -> None:
    from benchmark.results import output
    from benchmark.results.tables import to_latex, to_markdown
    from benchmark.store import sums
    from benchmark.store.records import parsed, read_bytes, reading

    tables = {"markdown": to_markdown, "latex": to_latex}
    if target is not None:
        output.check(target, "--to")
    source = folder / RESULTS[form]
    with reading(source):
        text = read_bytes(source).decode("utf-8")
        text = tables[form](parsed(text)) if form in tables else text
        sums.check(source)
    if target is None:
        click.echo(text, nl=False)
        return
    try:
        output.write(target, text)
    except OSError as error:
        raise InputError(f"--to {str(target)!r} is not writable ({error.strerror}).") from None
