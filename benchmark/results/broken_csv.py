"""broken.csv: the damaged image files that a run left out (`--skip-broken`), and why."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from benchmark.results.csv import field, lines
from benchmark.store.records import write_text

if TYPE_CHECKING:
    from benchmark.plan.plan import Plan

NAME = "broken.csv"


def write(folder: Path, plan: Plan) -> None:
    """Write the file, or remove that of an earlier run if this one left no file out."""
    if not plan.settings.skip_broken:
        (folder / NAME).unlink(missing_ok=True)
        return
    write_text(folder / NAME, lines([("file", "reason"), *([field(file), field(why)] for file, why in plan.broken)]))
