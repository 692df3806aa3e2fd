"""`bench clean`: leftovers and old cells of a store."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from benchmark.errors import InputError

if TYPE_CHECKING:
    from benchmark.store.store import Store


@click.command(name="clean")
@click.argument("folder", metavar="DIR", default="bench-results")
@click.option("--unreferenced", is_flag=True, help="Cells too that the last run (DIR/run.toml) does not refer to.")
@click.option("--older-than", metavar="DAYS", type=float, help="Cells too that were finished so long ago.")
@click.option("--yes", is_flag=True, help="Remove it; without this it is only said.")
def command(folder: str, unreferenced: bool, older_than: float | None, yes: bool) -> None:
    """Remove what killed runs left in DIR and what was damaged; says what it would do, --yes does it."""
    from benchmark.store import clean
    from benchmark.store.store import Store

    if not (Path(folder) / "format.json").is_file():
        raise InputError(f"{folder!r} is no store; name the output folder of a run.")
    if older_than is not None and not 0 <= older_than <= 36500:
        raise InputError(f"--older-than {older_than:g} is out of range; allowed are 0 to 36500 days.")
    store = Store(Path(folder))
    found = {waste.path: waste for waste in clean.leftovers(store)}
    if older_than is not None:
        found |= {waste.path: waste for waste in clean.old(store, older_than)}
    if unreferenced:
        found |= {waste.path: waste for waste in clean.unreferenced(store, _keys(store))}
    total = 0
    for waste in found.values():
        size = waste.size
        if yes and not clean.remove(store, waste):
            click.echo(f"kept: {waste.path.relative_to(store.folder)}: a run has it in hand")
            continue
        total += size
        click.echo(f"{'removed' if yes else 'would remove'}: {waste.path.relative_to(store.folder)}: {waste.why}")
    said = f"{len(found)} entries, {total / 2**20:.1f} MiB"
    click.echo(said if yes else f"{said}; nothing was removed: add --yes" if found else "nothing to remove")


def _keys(store: Store) -> set[str]:
    """Return the keys of the cells of the last run. Raises InputError where it cannot be planned any more."""
    from benchmark.execution import planned

    made = planned(store.folder)
    return {cell.key for cell in made.scored}
