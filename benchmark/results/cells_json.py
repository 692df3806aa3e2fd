"""cells.json: which cells the last run of a store consists of, so that nothing has to be planned to know."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmark.errors import InputError
from benchmark.store.records import checked_text, is_key, read_record

if TYPE_CHECKING:
    from benchmark.plan.plan import Plan
    from benchmark.store.store import Store

FORMAT = "bench.cells/1"
NAME = "cells.json"


def to_text(plan: Plan) -> str:
    """Return the content of cells.json: the keys of all cells and groups of a plan."""
    return checked_text({"format": FORMAT, "cells": [scored.key for scored in plan.scored]})


def read(folder: Path) -> list[str]:
    """Return the keys of the cells and groups of the last run in a store. Raises InputError."""
    path = folder / NAME
    again = "run the same command again to write it"
    try:
        found = read_record(path)
        keys = found.get("cells")
        if found.get("format") != FORMAT:
            raise ValueError(f"it has the format {str(found.get('format'))[:40]!r}; expected {FORMAT!r}")
        if not isinstance(keys, list) or not all(map(is_key, keys)) or len(set(keys)) < len(keys):
            raise ValueError("it does not name cells, each once")
    except OSError as error:
        raise InputError(f"{str(path)!r} cannot be read ({error.strerror}); {again}.") from None
    except ValueError as error:
        raise InputError(f"{str(path)!r} is damaged ({error}); {again}.") from None
    return keys


def records(store: Store) -> list[dict[str, Any]]:
    """Return the records of the last run's cells that are in the store, without groups. Raises InputError."""
    found = [record for key in read(store.folder) if (record := store.cell(key)) is not None]
    return [record for record in found if record["label"] is not None]
