"""`bench report`: write the page again from what a run left, without running anything."""

from __future__ import annotations

import json
from pathlib import Path

import click

from benchmark.errors import InputError


@click.command(name="report")
@click.argument("folder", metavar="DIR", default="bench-results")
@click.option("--out", "-o", metavar="FILE", help="Where to write the page.  [default: DIR/report.html]")
@click.option("--plugin", "-p", "plugins", metavar="FILE", multiple=True, help="A plugin file with report sections.")
@click.option("--open", "open_", is_flag=True, help="Open the page in the browser.")
def command(folder: str, out: str | None, plugins: tuple[str, ...], open_: bool) -> None:
    """Write the page again from DIR/report.json, without running anything."""
    from benchmark.plugins import discover
    from benchmark.reporting import FORMAT, render
    from benchmark.store import write_text

    source = Path(folder) / "report.json"
    try:
        report = json.loads(source.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(
            f"{str(source)!r} cannot be read ({error.strerror}); name the output folder of a run."
        ) from None
    except ValueError as error:
        raise InputError(
            f"{str(source)!r} is damaged ({error}); run the same bench run command to write it again."
        ) from None
    if report.get("format") != FORMAT:
        raise InputError(
            f"{str(source)!r} has the format {report.get('format')!r}, this is {FORMAT!r}; "
            "run the same bench run command to write it again."
        )
    target = Path(out) if out else Path(folder) / "report.html"
    try:
        write_text(target, render(report, discover(plugins)))
    except OSError as error:
        raise InputError(f"--out {str(target)!r} is not writable ({error.strerror}).") from None
    click.echo(f"Report: {target}")
    if open_:
        click.launch(str(target))
