"""`bench report`: writes the report page of a run again, or its figures, without running anything."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from benchmark.cli._command import Command
from benchmark.cli._options import open_, setting
from benchmark.errors import InputError, unknown

if TYPE_CHECKING:
    from benchmark.plugins.registry import Registry
    from benchmark.results.page import Write

FORMATS = ("pdf", "png", "svg")


@click.command(name="report", cls=Command)
@click.argument("folder", metavar="[DIR]", default="bench-results")
@click.option(
    "--out", "-o", metavar="FILE", help="Where to write the report; - is standard output.  [default: DIR/report.html]"
)
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
    from benchmark.plugins.registry import discover
    from benchmark.results import output
    from benchmark.store.records import reading, write_text

    if formats is not None and figures is None:
        raise InputError(f"--format {formats!r} applies only to figures; name a folder for them with --figures DIR.")
    if figures is not None and (out or assets or open_):
        raise InputError(f"--figures {figures!r} does not write a report; leave out --out, --assets and --open.")
    if out is not None:
        output.check(Path(out), "--out")
        if open_ and output.is_stdout(Path(out)):
            raise InputError(f"--out {out} writes to standard output, so --open cannot be combined with it.")
    for option, given in (("--assets", assets), ("--figures", figures)):
        if given is not None:
            output.check_folder(Path(given), option)
    wanted, registry = _formats(formats or "pdf"), discover(plugins)
    source = Path(folder) / "report.json"
    report = _read(source)
    if figures is not None:
        with reading(source):
            _figures(report, Path(figures), wanted)
        return
    target = Path(out) if out else Path(folder) / "report.html"
    with reading(source):
        _page(report, target, None if assets is None else Path(assets), registry, output.write if out else write_text)
    if open_:
        click.launch(str(target))


def _read(source: Path) -> dict[str, Any]:
    from benchmark.results import report_1
    from benchmark.results.report_json import FORMAT
    from benchmark.store import sums
    from benchmark.store.records import read_json, reading

    with reading(source):
        report = read_json(source)
        sums.check(source)
        found = report.get("format")
        if found == report_1.FORMAT:
            return report_1.upgraded(report)
    if found != FORMAT:
        raise InputError(
            f"{str(source)!r} has the format {str(found)[:40]!r}, but this version reads {FORMAT!r}; "
            "run the same command again to rewrite it."
        )
    return dict(report)


def _page(report: Mapping[str, Any], target: Path, assets: Path | None, registry: Registry, write: Write) -> None:
    from benchmark.results import output
    from benchmark.results.page import write_page

    try:
        warning = write_page(report, registry, target, assets, write)
    except OSError as error:
        also = "" if assets is None else f" or --assets {str(assets)!r}"
        raise InputError(f"--out {str(target)!r}{also} is not writable ({error.strerror}).") from None
    if warning:
        click.echo(f"bench: {warning}", err=True)
    if not output.is_stdout(target):
        click.echo(f"Report: {target}")


def _formats(formats: str) -> list[str]:
    wanted = list(dict.fromkeys(name.strip() for name in formats.split(",")))
    for name in wanted:
        if name not in FORMATS:
            raise unknown("--format", name, FORMATS)
    return wanted


def _figures(report: Mapping[str, Any], folder: Path, wanted: list[str]) -> None:
    from benchmark.results.page import write_figures

    try:
        written = write_figures(report, folder, wanted)
    except OSError as error:
        raise InputError(f"--figures {str(folder)!r} is not writable ({error.strerror}).") from None
    if not written:
        click.echo("bench: there are no figures, because no generator succeeded.", err=True)
    for path in written:
        click.echo(str(path))
