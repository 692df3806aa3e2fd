"""`bench new`: creates a plugin package."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from benchmark.cli._command import Command


@click.command(name="new", cls=Command)
@click.argument("kind")
@click.argument("name")
@click.option(
    "--to", metavar="DIR", default=".", help="Where to create the folder NAME.  [default: the current folder]"
)
def command(kind: str, name: str, to: str) -> None:
    """Create an installable package with a plugin to start from.

    KIND is generator, metric, dataset, features or section.

    \b
    bench new generator foo
    pip install ./foo && bench check foo

    The new package passes `bench check` and its own tests from the start.
    """
    from benchmark import scaffold
    from benchmark.plugins.registry import discover

    folder = scaffold.write(kind, name, Path(to), discover())
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        click.echo(path)
    where = str(folder) if folder.is_absolute() or str(folder).startswith(".") else f"./{folder}"
    click.echo(f"\nNext:  pip install {shlex.quote(where)} && bench check {name}")
    click.echo(f"Then:  {scaffold.TRY[kind].format(name=name)}")
