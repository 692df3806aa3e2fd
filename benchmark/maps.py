"""Joint maps for the page: held-out real images and those of all generators, embedded together in a scoring worker."""

from __future__ import annotations

import hashlib
import shutil
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from benchmark import protocol, weights
from benchmark.cell import describe, load_images
from benchmark.embedding import compiling, embed
from benchmark.plan import MapMethod, Plan, digest
from benchmark.sources import DataSource
from benchmark.store import Store
from benchmark.weights import load_space

if TYPE_CHECKING:
    from benchmark.api import Array
    from benchmark.executors import Executor, Say
    from benchmark.plan import Cell

HELD_OUT = "held-out"  # the source that is no configuration
REFERENCE = "real"  # the control that is on the map: fresh real images
DIMENSIONS = (2, 3)


@dataclass(frozen=True)
class Stratum:
    """The images of one source and class on a map: the first `n`. samples: where they are; None: held-out images."""

    source: str
    label: int
    n: int
    samples: Path | None = None


@dataclass(frozen=True)
class MapJob:
    """Embed the images of all strata together; what each method finds is in `folder` as soon as it ends."""

    key: str
    folder: Path
    strata: tuple[Stratum, ...]
    seed: int
    sizes: protocol.Sizes
    data: DataSource
    space: Path
    methods: tuple[MapMethod, ...]
    start: Literal["pool"] = "pool"
    seconds: float = 600.0  # a method
    memory: float = 8.0
    environment: Mapping[str, str] = field(default_factory=dict)

    def run(self, say: Say) -> dict[str, Any]:
        """Return the status, the reason of each method that failed, and the neighbours that each map kept."""
        failed: dict[str, str] = {}
        preserved: dict[str, float] = {}
        features = None
        for method in self.methods:
            say("stage", method)
            try:
                features = self._features() if features is None else features
                found = embed(features, method, DIMENSIONS)
                preserved |= {f"{method}{d}": round(e.preserved, 5) for d, e in found.items()}
                points = {f"{method}{d}": e.points for d, e in found.items()}
                aside = self.folder / f"{method}.part"  # whole or not at all, whenever the worker dies
                with aside.open("wb") as file:
                    np.savez(file, **points)  # type: ignore[arg-type]
                aside.replace(self.folder / f"{method}.npz")
            except Exception as error:  # noqa: BLE001 - the page says why there is no map
                traceback.print_exc()
                failed[method] = describe(error, None)
        return {"status": "ok", "failed": failed, "preserved": preserved}

    def _features(self) -> Array:
        space, data = load_space(self.space), self.data.load()
        parts = []
        for stratum in self.strata:
            if stratum.samples is None:
                images = data.roles(stratum.label, self.seed, self.sizes)["held_out"]
            else:
                images = load_images(stratum.samples)
            parts.append(space.transform(images[: stratum.n]))
        return np.concatenate(parts)


def draw(plan: Plan, store: Store, executor: Executor, data: DataSource) -> None:
    """Compute the maps that the page shows and the store lacks. One that fails is a sentence on the page."""
    for n_real in due(plan, store):
        job = _job(plan, store, n_real, data)
        compiling.ensure()
        try:
            executor.start(job)
            ended: Mapping[str, Any] | None = None
            while ended is None:
                ended = next((e.payload for e in executor.poll(0.1) if e.job == job and e.kind == "ended"), None)
            _keep(store, job, ended)
        finally:
            shutil.rmtree(job.folder, ignore_errors=True)


def due(plan: Plan, store: Store) -> Iterator[int]:
    """Yield the numbers of training images that the page needs a map for and has none."""
    if not plan.settings.report or not plan.map_points or plan.settings.shard:
        return  # of a shard the cells are few: the merged run has the map
    for n_real in plan.sizes:
        strata = strata_of(plan, store, n_real)
        if not strata:
            continue
        record = store.map_record(key_of(plan, strata, n_real))
        failed = record is None or bool(record["failed"])
        if plan.settings.fresh or (failed and not (record and plan.settings.keep_failures)):
            yield n_real


def stored(plan: Plan, store: Store, n_real: int) -> dict[str, Any] | None:
    """Return the map of the cells that worked: strata, why a method failed, points by method; None: there is none."""
    strata = strata_of(plan, store, n_real)
    record = store.map_record(key_of(plan, strata, n_real)) if strata else None
    if record is None:
        return None
    return {**record, "points": store.map_arrays(record["key"])}


def strata_of(plan: Plan, store: Store, n_real: int) -> list[Stratum]:
    """Return what is on the map: of each source and class equally many images; [] where no generator worked."""
    cells = [c for c in plan.cells if c.task.n_real == n_real and c.task.seed == plan.seeds[0] and _worked(store, c)]
    chosen = [c for c in cells if not c.control] + [c for c in cells if c.config == REFERENCE]
    if all(cell.control for cell in chosen):
        return []
    n = max(1, min(plan.map_points // (len(plan.labels) + len(chosen)), plan.sizes[n_real].held_out))
    strata = [Stratum(HELD_OUT, label, n) for label in plan.labels]
    return strata + [Stratum(c.config, c.task.label, n, store.path(c.key).resolve() / "samples.npz") for c in chosen]


def key_of(plan: Plan, strata: list[Stratum], n_real: int) -> str:
    """Return the key of a map: a hash of the images on it, the space, the methods and this file."""
    images = [(s.source, s.label, s.n, s.samples.parent.name if s.samples else "") for s in strata]
    return digest("map", images, n_real, plan.seeds[0], plan.features_id, plan.map_methods, _code())


def _job(plan: Plan, store: Store, n_real: int, data: DataSource) -> MapJob:
    strata = strata_of(plan, store, n_real)
    key = key_of(plan, strata, n_real)
    return MapJob(
        key,
        store.workspace(f"{key}-map"),
        tuple(strata),
        plan.seeds[0],
        plan.sizes[n_real],
        data,
        weights.kept(plan, store),
        plan.map_methods,
    )


def _keep(store: Store, job: MapJob, ended: Mapping[str, Any]) -> None:
    """Keep what there is: a method that was not reached shares the reason that the job ended for."""
    arrays: dict[str, Array] = {}
    failed: dict[str, str] = dict(ended.get("failed", {}))
    for method in job.methods:
        path = job.folder / f"{method}.npz"
        if ended["status"] == "ok" and method in failed:
            continue
        try:
            with np.load(path, allow_pickle=False) as file:
                arrays |= dict(file)
        except (OSError, ValueError):
            failed[method] = f"{ended['status']}: {ended['reason']}"
    record = {
        "key": job.key,
        "strata": [[s.source, s.label, s.n] for s in job.strata],
        "cells": [s.samples.parent.name for s in job.strata if s.samples],
        "failed": {method: reason[:300] for method, reason in failed.items()},
        "preserved": ended.get("preserved", {}),
    }
    store.put_map(job.key, record, arrays)


def _worked(store: Store, cell: Cell) -> bool:
    record = store.cell(cell.key) if not cell.skip else None
    return record is not None and record["result"]["status"] == "ok"


def _code() -> str:
    return hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:16]
