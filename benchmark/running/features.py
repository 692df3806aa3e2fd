"""Fits the features of a run, unless they are in the store or in the user's cache."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from benchmark.errors import InputError
from benchmark.jobs.prepare import Prepare
from benchmark.jobs.sources import data_source
from benchmark.plugins.loadable import loadable
from benchmark.store import weights

if TYPE_CHECKING:
    from pathlib import Path

    from filelock import FileLock

    from benchmark.executors import Executor
    from benchmark.plan.plan import Plan
    from benchmark.store.store import Store


@dataclass
class FittedFeatures:
    """The features of a run. ready: they are in the store. broken: why they could not be fitted, or "".

    Runs that start at once may each fit them, with the same result. The first one has the lock, so that none takes the
    others' files for leftovers.
    """

    plan: Plan
    store: Store
    executor: Executor
    ready: bool = False
    broken: str = ""
    _lock: FileLock | None = None

    def begin(self) -> None:
        """Find them, or start the job that fits them."""
        if any(self.store.folder.glob("features/*.pickle")):
            self.store.complain("the pickles in features are of an earlier version and are not read")
        if not self.plan.settings.fresh and self._usable(weights.kept(self.plan, self.store)):
            self.ready = True
            return
        self._lock = self.store.lock(self.plan.features_id)
        target = weights.cached(self.plan)
        if self._usable(target):
            self._keep()
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        self.executor.start(
            Prepare(
                self.store.workspace(f"{self.plan.features_id}-prepare"),
                loadable(self.plan.features),
                self.plan.features_id,
                data_source(self.plan),
                next(iter(self.plan.sizes.values())),
                target,
            )
        )

    def end(self, job: Prepare, result: Mapping[str, Any]) -> None:
        """Take what came of the job. Raises InputError if the user can fix what is wrong, such as a file."""
        shutil.rmtree(job.folder, ignore_errors=True)
        if result["status"] == "ok":
            self._keep()
        elif result.get("input"):
            raise InputError(f"--features {result['reason']}")
        else:
            self.broken = f"features {self.plan.features.name} could not be fitted: {result['reason']}"

    def let_go(self) -> None:
        """Release the lock."""
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def _usable(self, path: Path) -> bool:
        """Whether a file of fitted features exists and is intact."""
        found = path.is_symlink() or path.exists()
        why = weights.fault(path, self.plan) if found else ""
        if why:
            self.store.complain(f"{path} was damaged and will be recomputed ({why})")
        return found and not why

    def _keep(self) -> None:
        weights.copy(weights.cached(self.plan), weights.kept(self.plan, self.store))
        self.ready = True
        self.let_go()
