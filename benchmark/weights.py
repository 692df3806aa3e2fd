"""The fitted features and reference classifier of a run: cached for the user, and kept beside what they scored."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from benchmark.cell import checksum_of

if TYPE_CHECKING:
    from benchmark.plan import Plan
    from benchmark.store import Store


def cached(plan: Plan) -> Path:
    """Return where those of a plan are cached, in the user's cache folder."""
    import platformdirs

    return platformdirs.user_cache_path("synthassay") / "features" / f"{plan.features_id}.pickle"


def kept(plan: Plan, store: Store) -> Path:
    """Return where they are in a store: those that its cells were scored with go before the user's own."""
    return store.folder.resolve() / "features" / cached(plan).name


def copy(weights: Path, target: Path) -> None:
    """Copy weights with their checksum. Each is moved in whole, the checksum last: without it they do not count."""
    target.parent.mkdir(parents=True, exist_ok=True)
    for path, to in ((weights, target), (checksum_of(weights), checksum_of(target))):
        aside = to.with_name(f".{to.name}.{os.getpid()}")
        shutil.copyfile(path, aside)
        os.replace(aside, to)
