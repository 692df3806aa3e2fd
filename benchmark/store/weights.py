"""The fitted features and reference classifier of a run: cached for the user, and kept in each store that used them.

They are plain values and arrays, see `benchmark.store.arrays`. Nothing in a file names code to run: the class of the
features is the one that the run was planned with.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmark.evidence.reference import FeatureSpace, described, restored
from benchmark.plugins.loadable import Loadable, loadable
from benchmark.store.arrays import LARGEST, packed, unpacked
from benchmark.store.records import aside_of, is_key, read_bytes, sha256
from benchmark.store.store import move_in

if TYPE_CHECKING:
    from benchmark.plan.plan import Plan
    from benchmark.store.store import Store

FORMAT = "bench.features/1"
PARTS = {"format", "id", "features", "state"}


def cached(plan: Plan) -> Path:
    """Return where the weights of a plan are cached in the user's cache folder."""
    import platformdirs

    return platformdirs.user_cache_path("synthassay") / "features" / f"{plan.features_id}.npz"


def kept(plan: Plan, store: Store) -> Path:
    """Return where they are kept in a store. They take precedence over the cache: its cells were scored with them."""
    return store.folder.resolve() / "features" / cached(plan).name


def write(space: FeatureSpace, features_id: str, target: Path) -> None:
    """Write a fitted space and its checksum. Raises TypeError or ValueError if it has a state that cannot be stored."""
    config = described(space.features)
    try:
        content = packed({"format": FORMAT, "id": features_id, "features": config, "state": space.state()})
    except (TypeError, ValueError) as error:
        why = str(error).removeprefix("state.fitted.")
        raise type(error)(
            f"{config} cannot be stored: {why}; let `state` return finite arrays, numbers and texts, and let "
            "`restore` take them over"
        ) from None
    _put(target, content)


def copy(weights: Path, target: Path) -> None:
    """Copy weights and their checksum."""
    _put(target, read_bytes(weights, LARGEST))


def checksum_of(path: Path) -> Path:
    """Return the file that holds the checksum of a prepared file."""
    return path.with_suffix(".sha256")


def is_prepared(path: Path) -> bool:
    """Whether a prepared file exists and matches its checksum."""
    try:
        return read_bytes(checksum_of(path), 64).decode("ascii") == sha256(read_bytes(path, LARGEST))
    except (OSError, ValueError):
        return False


def fault(path: Path, plan: Plan) -> str:
    """Return why the weights in a file cannot be used for a plan, or ""."""
    if not is_prepared(path):
        return "its SHA-256 does not match"
    try:
        load_space(path, loadable(plan.features))
    except Exception as error:  # noqa: BLE001 - a plugin may raise anything when it takes over what a stranger wrote
        return f"{type(error).__name__}: {error}"[:200]
    return ""


def head_of(path: Path) -> dict[str, Any]:
    """Return the plain values of a file of weights, checked for what holds whatever the plugin. Raises ValueError."""
    found = unpacked(read_bytes(path, LARGEST))
    if not isinstance(found, dict) or set(found) != PARTS or not isinstance(found["state"], dict):
        raise ValueError("it is not a fitted feature space")
    if found["format"] != FORMAT:
        raise ValueError(f"it has the format {str(found['format'])[:40]!r}; expected {FORMAT!r}")
    if found["id"] != path.stem or not is_key(path.stem):
        raise ValueError("it was renamed: it holds other features than its name says")
    return found


def load_space(path: Path, features: Loadable) -> FeatureSpace:
    """Return the fitted feature space of a run, read once per process. Raises OSError and ValueError."""
    return _space(path, features.origin, features.code, tuple(features.values.items()))


@lru_cache(maxsize=4)
def _space(path: Path, origin: Any, code: str, values: tuple[tuple[str, Any], ...]) -> FeatureSpace:
    found, features = head_of(path), Loadable(origin, dict(values), code).load()
    if found["features"] != described(features):
        raise ValueError(f"it was fitted for {str(found['features'])[:40]!r}; expected {described(features)!r}")
    return restored(features, found["state"])


def _put(target: Path, content: bytes) -> None:
    """Write weights aside and move them into place. The checksum comes last: without it, they are not used."""
    target.parent.mkdir(parents=True, exist_ok=True)
    for path, written in ((target, content), (checksum_of(target), sha256(content).encode())):
        aside = aside_of(path)
        aside.unlink(missing_ok=True)
        aside.write_bytes(written)
        move_in(aside, path)
