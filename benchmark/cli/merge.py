"""`bench merge`: joins several stores, such as the shards of several machines."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click

from benchmark.cli._command import Command
from benchmark.errors import InputError

if TYPE_CHECKING:
    from benchmark.store.merge import Merged
    from benchmark.store.store import Store


@click.command(name="merge", cls=Command)
@click.argument("stores", metavar="STORE...", nargs=-1)
@click.option("--into", metavar="DIR", help="The store to merge into; it is created if it does not exist.")
def command(stores: tuple[str, ...], into: str | None) -> int:
    """Merge several stores into one.

    A STORE is the output folder of a run, such as one with `bench run --shard`. It is not changed.

    \b
    bench merge shard-1 shard-2 shard-3 --into all

    A cell that is in two stores is merged once. If its results differ, the first one counts, the other one is kept in
    DIR/conflicts, and the exit code is 1: the same work should give the same result.
    """
    from benchmark.store.merge import merge

    target = _checked(stores, into)
    target.create()
    merged = merge([Path(store) for store in stores], target)
    for sentence in (*merged.damaged, *merged.remarks):
        click.echo(f"bench: {sentence}", err=True)
    for sentence in merged.conflicts:
        click.echo(f"bench: not deterministic: {sentence}", err=True)
    _show(merged, target, stores)
    return int(bool(merged.conflicts or merged.damaged))


def _checked(stores: tuple[str, ...], into: str | None) -> Store:
    """Return the store to merge into. Raises InputError before anything is written."""
    from benchmark.store.merge import cells_of
    from benchmark.store.store import Store

    if not stores or into is None:
        raise InputError(
            "name the stores to merge and the store to merge into, as in: bench merge shard-1 shard-2 --into all"
        )
    places = [Path(store).resolve() for store in stores]
    for store, place in zip(stores, places, strict=True):
        if not (place / "format.json").is_file():
            raise InputError(f"{store!r} is not a store; name the output folders of runs.")
        Store(Path(store), "STORE")
        if places.count(place) > 1:
            raise InputError(f"{store!r} is named twice; name each store once.")
    if Path(into).resolve() in places:
        raise InputError(
            f"--into {into!r} is also one of the stores to merge; name another folder, or leave that store out."
        )
    target = Store(Path(into), "--into")
    if not any(next(cells_of(Path(store)), None) for store in stores):
        raise InputError(f"there is nothing to merge: there are no finished cells in {', '.join(stores)}.")
    return target


def _show(merged: Merged, target: Store, stores: tuple[str, ...]) -> None:
    click.echo(
        f"{target.folder}: {merged.cells} cells added, {merged.same} were already there"
        + f", {merged.scores} scores added to these" * bool(merged.scores)
        + f", {len(merged.conflicts)} differ" * bool(merged.conflicts)
    )
    command = _command(stores, str(target.folder)) or f"run your command with --out {target.folder}"
    click.echo(f"to write the report: {command}")


def _command(stores: tuple[str, ...], out: str) -> str:
    """Return the command that reports on all shards, or "" if they are not shards of one run."""
    from dataclasses import replace

    from benchmark.settings import Settings, from_mapping, read_toml
    from benchmark.store.records import is_regular

    found: set[Settings] = set()
    for store in stores:
        path = Path(store) / "run.toml"
        try:
            settings = from_mapping(read_toml(path)) if is_regular(path) else None
        except InputError:
            return ""
        if settings is None:
            return ""
        found.add(replace(settings, out=out, shard="", workers=None, report=True))
    return shlex.join(found.pop().command()) if len(found) == 1 else ""
