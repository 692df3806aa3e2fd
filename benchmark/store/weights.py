"""The fitted features and reference classifier of a run: cached for the user, and kept in each store that used them."""

from __future__ import annotations

import os
import pickle
import shutil
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmark.store.records import sha256

if TYPE_CHECKING:
    from benchmark.plan.plan import Plan
    from benchmark.store.store import Store


def cached(plan: Plan) -> Path:
    """Return where the weights of a plan are cached in the user's cache folder."""
    import platformdirs

    return platformdirs.user_cache_path("synthassay") / "features" / f"{plan.features_id}.pickle"


def kept(plan: Plan, store: Store) -> Path:
    """Return where they are kept in a store. They take precedence over the cache: its cells were scored with them."""
    return store.folder.resolve() / "features" / cached(plan).name


def copy(weights: Path, target: Path) -> None:
    """Copy weights and their checksum. The checksum comes last: without it, the weights are not used."""
    target.parent.mkdir(parents=True, exist_ok=True)
    for path, to in ((weights, target), (checksum_of(weights), checksum_of(target))):
        aside = to.with_name(f".{to.name}.{os.getpid()}")
        shutil.copyfile(path, aside)
        os.replace(aside, to)


def checksum_of(path: Path) -> Path:
    """Return the file that holds the checksum of a prepared file."""
    return path.with_suffix(".sha256")


def is_prepared(path: Path) -> bool:
    """Whether a prepared file exists and matches its checksum."""
    try:
        return checksum_of(path).read_text(encoding="ascii") == sha256(path.read_bytes())
    except (OSError, UnicodeDecodeError):
        return False


def load_space(path: Path) -> Any:
    """Return the fitted feature space of a run. It is read once per process."""
    return unpickled(path)


@lru_cache(maxsize=4)
def unpickled(path: Path) -> Any:
    """Return the object pickled in a file. It is read once per process."""
    return pickle.loads(path.read_bytes())  # noqa: S301 - written by this user's own runs
