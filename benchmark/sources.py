"""Where the processes of a run find what they work with, in a form that travels."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmark.data import RealData, Seen, load
from benchmark.parameters import build_from_values, values_of
from benchmark.plugins import Origin, code_of, origin_of

if TYPE_CHECKING:
    from benchmark.api import Plugin
    from benchmark.plan import Plan


@dataclass(frozen=True)
class Loadable:
    """A configured plugin in a form that travels between processes."""

    origin: Origin
    values: Mapping[str, Any]
    code: str  # its hash: what keys are made of

    def load(self) -> Any:
        """Import the class and make the instance. Raises ValueError where its source is another than was planned."""
        plugin = self.origin.load()
        if code_of(plugin) != self.code:
            raise ValueError(f"the source of {plugin.name} changed since the run was planned, or is another here")
        return build_from_values(plugin, self.values)


@dataclass(frozen=True)
class DataSource:
    """How a process gets the real images; loaded once a process."""

    dataset: Loadable
    folder: str
    fingerprint: str
    seen: Seen | None = None
    file: Path | None = None  # pickled RealData, where the dataset is not on this machine

    def load(self) -> RealData:
        """Return the data. Raises ValueError where they changed since the run was planned."""
        values = tuple(self.dataset.values.items())
        data = unpickled(self.file) if self.file else _load_data(self.dataset.origin, values, self.folder, self.seen)
        if data.fingerprint != self.fingerprint:
            raise ValueError("the dataset's files changed since the run was planned")
        return data


@lru_cache(maxsize=2)
def _load_data(origin: Origin, values: tuple[tuple[str, Any], ...], folder: str, seen: Seen | None) -> RealData:
    dataset: Any = build_from_values(origin.load(), dict(values))
    return replace(load(dataset, Path(folder) if folder else None), seen=seen)


@lru_cache(maxsize=4)
def unpickled(path: Path) -> Any:
    """Return what was pickled into a file; read once a process."""
    return pickle.loads(path.read_bytes())  # noqa: S301 - written by this user's own runs


def loadable(plugin: Plugin) -> Loadable:
    """Return a configured plugin in a form that travels."""
    return Loadable(origin_of(type(plugin)), values_of(plugin), code_of(type(plugin)))


def data_source(plan: Plan) -> DataSource:
    """Return how a process gets the plan's real images."""
    folder = plan.settings.data_dir
    where = str(Path(folder).resolve()) if folder else ""
    return DataSource(loadable(plan.dataset), where, plan.data.fingerprint, plan.data.seen)
