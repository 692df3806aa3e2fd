"""`bench report`: writes the report page of a run again, or its figures, without running anything."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from benchmark.cli._options import open_, setting
from benchmark.errors import InputError, unknown

FORMATS = ("pdf", "png", "svg")


@click.command(name="report")
@click.argument("folder", metavar="[DIR]", default="bench-results")
@click.option("--out", "-o", metavar="FILE", help="Where to write the report.  [default: DIR/report.html]")
@click.option(
    "--assets", metavar="DIR", help="Write the images to files in this folder, if the report would be too large."
)
@click.option("--figures", metavar="DIR", help="Write figures for a paper to this folder, instead of the report.")
@click.option(
    "--format", "formats", metavar="NAMES", help="The file formats of the figures: png, pdf, svg.  [default: pdf]"
)
@setting("plugins")
@open_
def command(
    folder: str,
    out: str | None,
    assets: str | None,
    figures: str | None,
    formats: str | None,
    plugins: tuple[str, ...],
    open_: bool,
) -> None:
    """Write the report of a run again, without running anything.

    DIR is the output folder of the run; its report.json is read.  [default: bench-results]

    \b
    bench report bench-results -o elsewhere/page.html
    bench report bench-results --figures paper --format png,pdf
    """
    if formats is not None and figures is None:
        raise InputError(f"--format {formats} applies only to figures; name a folder for them with --figures DIR.")
    if figures is not None and (out or assets or open_):
        raise InputError(f"--figures {figures} does not write a report; leave out --out, --assets and --open.")
    from benchmark.store.records import reading

    report = _read(Path(folder) / "report.json")
    if figures is not None:
        with reading(Path(folder) / "report.json"):
            _figures(report, Path(figures), formats or "pdf")
        return
    target = Path(out) if out else Path(folder) / "report.html"
    with reading(Path(folder) / "report.json"):
        _page(report, target, None if assets is None else Path(assets), plugins)
    if open_:
        click.launch(str(target))


def _read(source: Path) -> dict[str, Any]:
    from benchmark.results import report_1
    from benchmark.results.report_json import FORMAT
    from benchmark.store.records import read_json, reading

    with reading(source):
        report = read_json(source)
        found = report.get("format")
        if found == report_1.FORMAT:
            return report_1.upgraded(report)
    if found != FORMAT:
        raise InputError(
            f"{str(source)!r} has the format {str(found)[:40]!r}, but this version reads {FORMAT!r}; "
            "run the same command again to rewrite it."
        )
    return dict(report)


def _page(report: Mapping[str, Any], target: Path, assets: Path | None, plugins: tuple[str, ...]) -> None:
    from benchmark.plugins.registry import discover
    from benchmark.results.page import write_page

    try:
        warning = write_page(report, discover(plugins), target, assets)
    except OSError as error:
        also = "" if assets is None else f" or --assets {str(assets)!r}"
        raise InputError(f"--out {str(target)!r}{also} is not writable ({error.strerror}).") from None
    if warning:
        click.echo(f"bench: {warning}", err=True)
    click.echo(f"Report: {target}")


def _figures(report: Mapping[str, Any], folder: Path, formats: str) -> None:
    from benchmark.results.page import write_figures

    wanted = list(dict.fromkeys(name.strip() for name in formats.split(",")))
    for name in wanted:
        if name not in FORMATS:
            raise unknown("--format", name, FORMATS)
    try:
        written = write_figures(report, folder, wanted)
    except OSError as error:
        raise InputError(f"--figures {str(folder)!r} is not writable ({error.strerror}).") from None
    if not written:
        click.echo("bench: there are no figures, because no generator succeeded.", err=True)
    for path in written:
        click.echo(str(path))
