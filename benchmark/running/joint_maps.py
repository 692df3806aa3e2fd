"""Joint maps for the page: held-out images and those of all generators, embedded together in a scoring worker."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from benchmark.evidence.embedding import compiling
from benchmark.jobs.joint_map import MapJob
from benchmark.jobs.sources import DataSource
from benchmark.plan.plan import Plan
from benchmark.plugins.loadable import loadable
from benchmark.results.joint_maps import key_of, strata_of
from benchmark.store import weights
from benchmark.store.arrays import read_npz
from benchmark.store.store import Store

if TYPE_CHECKING:
    from benchmark.api import Array
    from benchmark.executors import Executor


def draw(plan: Plan, store: Store, executor: Executor, data: DataSource) -> None:
    """Compute the maps that the page needs and the store lacks. For a map that fails, the page shows the reason."""
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
    """Yield the numbers of training images for which the page lacks a map."""
    if not plan.settings.report or not plan.map_points or plan.settings.shard:
        return  # a shard has only some of the cells; the merged run gets the map
    for n_real in plan.sizes:
        strata = strata_of(plan, store, n_real)
        if not strata:
            continue
        record = store.map_record(key_of(plan, strata, n_real))
        failed = record is None or bool(record["failed"])
        if plan.settings.fresh or (failed and not (record and plan.settings.keep_failures)):
            yield n_real


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
        loadable(plan.features),
        plan.map_methods,
    )


def _keep(store: Store, job: MapJob, ended: Mapping[str, Any]) -> None:
    """Store the maps there are. For a method that was not reached, the reason is that of the job's end."""
    arrays: dict[str, Array] = {}
    failed: dict[str, str] = dict(ended.get("failed", {}))
    for method in job.methods:
        path = job.folder / f"{method}.npz"
        if ended["status"] == "ok" and method in failed:
            continue
        try:
            arrays |= read_npz(path)
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
