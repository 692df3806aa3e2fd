"""`bench export`: writes samples or results from a store."""

from __future__ import annotations

import json
from pathlib import Path

import click

from benchmark.errors import InputError, unknown

SAMPLES, RESULTS = ("png", "npz"), {"csv": "scores.csv", "json": "summary.json", "markdown": "summary.json"}


@click.command(name="export")
@click.argument("folder", metavar="[DIR]", default="bench-results")
@click.option(
    "--format",
    "-f",
    "form",
    required=True,
    metavar="FORMAT",
    help="png or npz for the images; csv, json or markdown for the results.",
)
@click.option(
    "--to",
    "-o",
    metavar="PATH",
    help="A new folder for the images, or a file for the results.  [default: bench-export, or standard output]",
)
@click.option(
    "--generators",
    "-g",
    default="",
    metavar="NAMES",
    help="Which generators to export, controls included.  [default: all generators, without controls]",
)
@click.option("--train", is_flag=True, help="Also export the real images that the generators were trained on.")
def command(folder: str, form: str, to: str | None, generators: str, train: bool) -> None:
    """Export the images or the results of the last run.

    DIR is the output folder of the run.  [default: bench-results]
    """
    if form in RESULTS and (generators or train):
        option = "--generators" if generators else "--train"
        raise InputError(
            f"{option} is only for images ({', '.join(SAMPLES)}); --format {form} exports the results of the whole run."
        )
    if form in SAMPLES:
        _samples(Path(folder), Path(to or "bench-export"), form, generators, train)
    elif form in RESULTS:
        _results(Path(folder), Path(to) if to else None, form)
    else:
        raise unknown("--format", form, (*SAMPLES, *RESULTS))


def _samples(folder: Path, target: Path, form: str, generators: str, train: bool) -> None:
    from benchmark.execution import planned
    from benchmark.results import export
    from benchmark.results.keep import new_folder, writing
    from benchmark.store.store import DamagedError, Store

    new_folder(target, "--to")
    plan, store = planned(folder), Store(folder)
    try:
        sets = export.sets_of(plan, store, export.chosen(plan, store, generators), train=train)
    except DamagedError as error:
        raise InputError(f"cell {error} was damaged; run the same command again to recompute it.") from None
    with writing(target, "--to"):
        for written in export.write_samples(sets, target, form):
            click.echo(str(written))


def _results(folder: Path, target: Path | None, form: str) -> None:
    from benchmark.results.export import to_markdown
    from benchmark.store.records import write_text

    source = folder / RESULTS[form]
    try:
        text = source.read_bytes().decode("utf-8")
        text = to_markdown(json.loads(text)) if form == "markdown" else text
    except OSError as error:
        raise InputError(
            f"{str(source)!r} cannot be read ({error.strerror}); name the output folder of a run."
        ) from None
    except (ValueError, KeyError) as error:
        raise InputError(f"{str(source)!r} is damaged ({error}); run the same command again to rewrite it.") from None
    if target is None:
        click.echo(text, nl=False)
        return
    try:
        write_text(target, text)
    except OSError as error:
        raise InputError(f"--to {str(target)!r} is not writable ({error.strerror}).") from None
