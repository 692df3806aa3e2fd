"""`bench new`: scaffold a plugin package."""

from __future__ import annotations

import shlex
from pathlib import Path

import click


@click.command(name="new")
@click.argument("kind")
@click.argument("name")
@click.option("--to", metavar="DIR", default=".", help="Where the folder NAME is made.  [default: here]")
def command(kind: str, name: str, to: str) -> None:
    """Write an installable package with a plugin to start from: KIND is generator, metric, dataset or section.

    \b
    bench new generator foo
    pip install ./foo && bench check foo

    It passes bench check and its own tox as it stands.
    """
    from benchmark import scaffold
    from benchmark.plugins.registry import discover

    folder = scaffold.write(kind, name, Path(to), discover())
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        click.echo(path)
    where = str(folder) if folder.is_absolute() or str(folder).startswith(".") else f"./{folder}"
    click.echo(f"\nNext:  pip install {shlex.quote(where)} && bench check {name}")
    click.echo(f"Then:  {scaffold.TRY[kind].format(name=name)}")
