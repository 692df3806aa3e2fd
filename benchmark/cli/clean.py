"""`bench clean`: deletes leftovers and old cells of a store."""

from __future__ import annotations

from pathlib import Path

import click

from benchmark.cli._command import Command, Number
from benchmark.errors import InputError


@click.command(name="clean", cls=Command)
@click.argument("folder", metavar="[DIR]", default="bench-results")
@click.option(
    "--unreferenced", is_flag=True, help="Also delete the cells that the last run (DIR/cells.json) does not use."
)
@click.option(
    "--older-than",
    metavar="DAYS",
    type=Number(),
    help="Also delete the cells that were finished more than DAYS days ago.",
)
@click.option("--yes", is_flag=True, help="Delete. Without this option, only list what would be deleted.")
def command(folder: str, unreferenced: bool, older_than: float | None, yes: bool) -> None:
    """Delete leftovers of killed runs and damaged files from a store.

    Links are deleted as links: what they point to stays. Files that no run wrote are left, and listed.

    DIR is the output folder of a run.  [default: bench-results]
    """
    from benchmark.results import cells_json
    from benchmark.store import clean
    from benchmark.store.store import Store

    if not (Path(folder) / "format.json").is_file():
        raise InputError(f"{folder!r} is not a store; name the output folder of a run.")
    if older_than is not None and not 0 <= older_than <= 36500:
        raise InputError(f"--older-than {older_than:g} is out of range; allowed are 0 to 36500 days.")
    store = Store(Path(folder), "DIR", with_links=True)
    found = {waste.path: waste for waste in (*clean.links(store), *clean.leftovers(store))}
    if older_than is not None:
        found |= {waste.path: waste for waste in clean.old(store, older_than)}
    if unreferenced:
        found |= {waste.path: waste for waste in clean.unreferenced(store, set(cells_json.read(store.folder)))}
    left = list(clean.strange(store))
    count, total = 0, 0
    for waste in found.values():
        size, stays = waste.size, clean.remove(store, waste) if yes else []
        if stays is None:
            click.echo(f"kept: {waste.path.relative_to(store.folder)}: a run is working on it")
            continue
        left += stays
        count, total = count + 1, total + size
        click.echo(f"{'deleted' if yes else 'would delete'}: {waste.path.relative_to(store.folder)}: {waste.why}")
    for path in left:
        click.echo(f"left: {path.relative_to(store.folder)}: not written by bench")
    said = f"{count} {'entry' if count == 1 else 'entries'}, {total / 2**20:.1f} MiB"
    click.echo(
        "nothing to delete" if not found else said if yes else f"{said}; nothing was deleted: add --yes to delete"
    )
