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
from benchmark.store import clean, weights
from benchmark.store.arrays import read_npz
from benchmark.store.store import Store

if TYPE_CHECKING:
    from benchmark.api import Array
    from benchmark.executors import Executor


PATIENCE = 600.0  # seconds for which a map that another run draws is waited for


def draw(plan: Plan, store: Store, executor: Executor, data: DataSource) -> None:
    """Compute the maps that the page needs and the store lacks. For a map that fails, the page shows the reason."""
    for n_real in due(plan, store):
        key = key_of(plan, strata_of(plan, store, n_real), n_real)
        lock = store.lock(key, PATIENCE)
        try:
            clean.clear(store, key)
            if is_due(plan, store, n_real):  # and was not drawn by another run in the meantime
                _draw(store, _job(plan, store, n_real, data), executor)
        finally:
            if lock is not None:
                lock.release()


def due(plan: Plan, store: Store) -> Iterator[int]:
    """Yield the numbers of training images for which the page lacks a map."""
    if plan.settings.report and plan.map_points and not plan.settings.shard:
        yield from (n for n in plan.sizes if is_due(plan, store, n))  # a shard has only some of the cells


def is_due(plan: Plan, store: Store, n_real: int) -> bool:
    """Whether the map of a number of training images is still to be drawn."""
    strata = strata_of(plan, store, n_real)
    if not strata or plan.settings.fresh:
        return bool(strata)
    record = store.map_record(key_of(plan, strata, n_real))
    return record is None or (bool(record["failed"]) and not plan.settings.keep_failures)


def _draw(store: Store, job: MapJob, executor: Executor) -> None:
    compiling.ensure()
    try:
        executor.start(job)
        ended: Mapping[str, Any] | None = None
        while ended is None:
            ended = next((e.payload for e in executor.poll(0.1) if e.job == job and e.kind == "ended"), None)
        _keep(store, job, ended)
    finally:
        shutil.rmtree(job.folder, ignore_errors=True)


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
