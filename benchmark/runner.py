"""Runs a plan: cells to an executor, what comes back to the store. Nothing that was generated is lost to a metric."""

from __future__ import annotations

import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmark import parameters, plugins
from benchmark.cell import DataSource, Generate, Loadable, Prepare, ScoreCell, ScoreGroup, is_prepared
from benchmark.plan import Cell, Plan, images_for
from benchmark.versions import versions

if TYPE_CHECKING:
    from filelock import FileLock

    from benchmark.api import Metric, Plugin
    from benchmark.executors import Event, Executor
    from benchmark.store import Store

RETRY = 1.0  # seconds before a cell that another run holds is looked at again
TYPICAL = {"seconds": 1.0, "minutes": 45.0}
SCORING = 6.0  # seconds a cell, where nothing was measured yet


@dataclass
class State:
    """What is left to do for one cell."""

    cell: Cell
    generate: bool
    metrics: dict[str, Metric]  # by metric key, still to be scored
    lock: FileLock | None = None
    not_before: float = 0.0

    @property
    def done(self) -> bool:
        """Whether nothing is left."""
        return not self.generate and not self.metrics


@dataclass
class Runner:
    """One run of a plan on a store by an executor."""

    plan: Plan
    store: Store
    executor: Executor
    states: list[State] = field(default_factory=list)
    prepared: bool = False
    broken: str = ""  # why features could not be prepared
    _hands: dict[str, State] = field(default_factory=dict)
    _spent: dict[str, list[float]] = field(default_factory=dict)

    def run(self) -> None:
        """Do all that is not in the store yet. KeyboardInterrupt ends the children and goes on up."""
        self.states = [s for s in pending(self.plan, self.store) if not s.done]
        if not self.states:
            return
        self._spent = known_times(self.plan, self.store)
        hooks = self.plan.registry.manager.hook
        hooks.bench_run_started(
            run={
                "cells": len(self.plan.cells) + len(self.plan.groups),
                "to_do": len(self.states),
                "seconds": self.seconds_left(),
            }
        )
        try:
            self._prepare()
            while self.states or self._hands:
                while self._start_one():
                    pass
                for event in self.executor.poll(0.1):
                    self._take(event)
        finally:
            self.executor.close()
            for state in self._hands.values():
                if state.lock is not None:
                    state.lock.release()

    def seconds_left(self) -> float:
        """Estimate the seconds until the end from the cells' own history, in this store and this run."""
        states = [*self.states, *self._hands.values()]
        return estimate(states, self._spent) / max(self.executor.slots, 1)

    def _prepare(self) -> None:
        target = space_path(self.plan)
        if not any(state.metrics or state.generate for state in self.states):
            return
        if is_prepared(target):
            self._prepared()
            return
        if target.exists():
            self.store.complain(f"{target} was damaged and is computed again")
        target.parent.mkdir(parents=True, exist_ok=True)
        self.executor.start(
            Prepare(
                self.store.workspace("prepare"),
                loadable(self.plan.features),
                self.plan.features_id,
                data_source(self.plan),
                next(iter(self.plan.sizes.values())),
                target,
            )
        )

    def _prepared(self) -> None:
        target = space_path(self.plan)
        shutil.copyfile(target, self.store.folder / "features" / target.name)
        self.prepared = True

    def _start_one(self) -> bool:
        """Take the first cell that something can be done for, and do or start it; False where there is none."""
        now = time.monotonic()
        for state in self.states if self.executor.free else ():
            if state.not_before > now or not (state.generate or self.prepared or self.broken):
                continue
            if self._waits(state):
                continue
            if state.lock is None and not self._locked(state, now):
                continue
            if state.done:
                self._let_go(state)
            elif state.generate:
                self._begin(state, self._generate_job(state.cell))
            elif self.broken:
                self._fail_scoring(state)
            elif state.cell.members:
                self._begin_group(state)
            elif not self.store.intact(state.cell.key):
                state.generate, state.metrics = True, due_metrics(self.plan, state.cell)
            else:
                self._begin(state, self._score_job(state))
            return True
        return False

    def _waits(self, state: State) -> bool:
        """Whether a group has members that are still to be generated, here or by another run."""
        keys = {member.key for member in state.cell.members}
        return bool(keys) and any(s.generate and s.cell.key in keys for s in (*self.states, *self._hands.values()))

    def _begin_group(self, state: State) -> None:
        """Score a group, unless one of its members failed; a damaged member is left to the next run."""
        group = state.cell
        if all(is_done(self.store, member) and self.store.intact(member.key) for member in group.members):
            if self.store.cell(group.key) is None:
                record = {**describe_cell(group), "members": [m.key for m in group.members], "result": {"status": "ok"}}
                self.store.put_cell(group.key, self.store.workspace(group.key), record)
            self._begin(state, self._score_job(state))
        else:
            state.metrics = {}
            self._let_go(state)

    def _locked(self, state: State, now: float) -> bool:
        """Take the cell's lock and look again at what is in the store, which another run may have changed."""
        state.lock = self.store.lock(state.cell.key)
        if state.lock is None:
            state.not_before = now + RETRY
            return False
        fresh = look(self.plan, self.store, state.cell)
        if not self.plan.settings.fresh:
            state.generate, state.metrics = fresh.generate, fresh.metrics
        return True

    def _begin(self, state: State, job: Any) -> None:
        self.states.remove(state)
        self._hands[state.cell.key] = state
        self.executor.start(job)

    def _generate_job(self, cell: Cell) -> Generate:
        folder = self.store.workspace(cell.key)
        np.save(folder / "real.npy", images_for(self.plan.data, cell))
        settings = self.plan.settings
        return Generate(
            cell.key,
            folder,
            "fork" if cell.generator.light else "fresh",
            settings.timeout,
            settings.memory,
            loadable(cell.generator),
            cell.task,
        )

    def _score_job(self, state: State) -> ScoreCell:
        cell = state.cell
        samples = {c.task.label: self.store.path(c.key).resolve() / "samples.npz" for c in cell.members or (cell,)}
        job = ScoreCell(
            cell.key,
            self.store.workspace(f"{cell.key}-scores"),
            next(iter(samples.values())),
            cell.task,
            cell.as_control,
            cell.sizes,
            data_source(self.plan),
            space_path(self.plan),
            {key: loadable(metric) for key, metric in state.metrics.items()},
        )
        return ScoreGroup(**job.__dict__, members=samples) if cell.members else job

    def _take(self, event: Event) -> None:
        job = event.job
        if isinstance(job, Prepare):
            if event.kind == "ended":
                shutil.rmtree(job.folder, ignore_errors=True)
                if event.payload["status"] == "ok":
                    self._prepared()
                else:
                    self.broken = f"features {self.plan.features.name} could not be fitted: {event.payload['reason']}"
        elif isinstance(job, Generate):
            if event.kind == "ended":
                self._generated(self._hands.pop(job.key), job, event.payload)
        elif event.kind == "scored":
            self._scored(self._hands[job.key], job, *event.payload)
        elif event.kind == "ended":
            self._scoring_ended(self._hands.pop(job.key), job, event.payload)

    def _generated(self, state: State, job: Generate, result: dict[str, Any]) -> None:
        (job.folder / "real.npy").unlink(missing_ok=True)
        shutil.rmtree(job.folder / "scratch", ignore_errors=True)
        if result["status"] != "ok":
            for file in job.folder.glob("*.npz"):
                file.unlink()
        self.store.put_cell(
            job.key,
            job.folder,
            {
                **describe_cell(state.cell),
                "code": plugins.code_of(type(state.cell.generator)),
                "result": result,
                "versions": versions(state.cell.generator),
            },
        )
        self._spent.setdefault(state.cell.config, []).append(
            result.get("fit_seconds", 0) + result.get("sample_seconds", 0)
        )
        state.generate = False
        if result["status"] != "ok":
            state.metrics = {}
        self._tell(state, "generate", result)
        self._put_back(state)

    def _scored(self, state: State, job: ScoreCell, key: str, record: dict[str, Any]) -> None:
        arrays = job.folder / f"{key}.npz"
        metric = state.metrics.pop(key)
        record = {**record, "metric": parameters.config_of(metric), "versions": versions(metric)}
        self.store.put_scores(job.key, key, record, arrays if arrays.exists() else None)
        self._spent.setdefault(f"metric {record['metric']}", []).append(record["seconds"])

    def _scoring_ended(self, state: State, job: ScoreCell, result: dict[str, Any]) -> None:
        if state.metrics:  # the worker died or was stopped with the first of these in hand
            key, metric = next(iter(state.metrics.items()))
            del state.metrics[key]
            record = {"status": result["status"], "reason": result["reason"], "scores": {}, "seconds": None}
            self.store.put_scores(job.key, key, {**record, "metric": parameters.config_of(metric)}, None)
        shutil.rmtree(job.folder, ignore_errors=True)
        if not state.metrics:
            self._tell(state, "score", result)
        self._put_back(state)

    def _fail_scoring(self, state: State) -> None:
        for key, metric in state.metrics.items():
            record: dict[str, Any] = {
                "status": "failed",
                "reason": self.broken,
                "scores": {},
                "seconds": None,
                "metric": parameters.config_of(metric),
            }
            self.store.put_scores(state.cell.key, key, record, None)
        state.metrics = {}
        self._tell(state, "score", {"status": "failed", "reason": self.broken})
        self._let_go(state)

    def _put_back(self, state: State) -> None:
        """Give the cell back to the queue, before cells that are not begun, or let it go where it is done."""
        self.states.insert(0, state)
        if state.done:
            self._let_go(state)

    def _let_go(self, state: State) -> None:
        self.states.remove(state)
        if state.lock is not None:
            state.lock.release()
            state.lock = None

    def _tell(self, state: State, stage: str, result: Mapping[str, Any]) -> None:
        self.plan.registry.manager.hook.bench_cell_finished(
            cell=describe_cell(state.cell),
            result={**result, "stage": stage, "last": state.done, "seconds_left": self.seconds_left()},
        )


def pending(plan: Plan, store: Store) -> list[State]:
    """Return all cells with what is left to do, the costly generators first: they decide when the run ends."""
    states = [look(plan, store, cell) for cell in (*plan.cells, *plan.groups) if not cell.skip]
    return sorted(states, key=lambda state: state.cell.generator.cost != "minutes")


def look(plan: Plan, store: Store, cell: Cell) -> State:
    """Return what is left to do for a cell: failed work is tried again, finished work is not."""
    metrics = due_metrics(plan, cell)
    if plan.settings.fresh:
        return State(cell, not cell.members, metrics)
    kept = plan.settings.keep_failures
    if not cell.members and not is_done(store, cell):
        failed = kept and store.cell(cell.key) is not None
        return State(cell, not failed, {} if failed else metrics)
    left = {}
    for key, metric in metrics.items():
        scores = store.scores(cell.key, key)
        if scores is None or (scores["status"] != "ok" and not kept):
            left[key] = metric
    return State(cell, False, left)


def is_done(store: Store, cell: Cell) -> bool:
    """Whether a cell's samples are there."""
    record = store.cell(cell.key) if not cell.skip else None
    return record is not None and record["result"]["status"] == "ok"


def due_metrics(plan: Plan, cell: Cell) -> dict[str, Metric]:
    """Return the metrics that a cell gets and that can do it, by metric key."""
    return {plan.metric_key(m): m for m in plan.metrics_for(cell).values() if not m.skip(cell.task)}


def known_times(plan: Plan, store: Store) -> dict[str, list[float]]:
    """Return the seconds that stored cells took: by configuration, and by 'metric <configuration>'."""
    spent: dict[str, list[float]] = {}
    for cell in plan.cells:
        record = store.cell(cell.key) if not cell.skip else None
        if record is None or record["result"]["status"] != "ok":
            continue
        result = record["result"]
        spent.setdefault(cell.config, []).append(result["fit_seconds"] + result["sample_seconds"])
        for config, metric in plan.metrics_for(cell).items():
            scored = store.scores(cell.key, plan.metric_key(metric))
            if scored is not None and scored["status"] == "ok":
                spent.setdefault(f"metric {config}", []).append(scored["seconds"])
    return spent


def estimate(states: list[State], spent: Mapping[str, list[float]]) -> float:
    """Return the seconds of work on one core: what the same work took before, else what is typical."""
    total = 0.0
    for state in states:
        if state.generate:
            known = spent.get(state.cell.config)
            total += float(np.mean(known)) if known else TYPICAL[state.cell.generator.cost]
        times = [
            np.mean(spent[name])
            for m in state.metrics.values()
            if (name := f"metric {parameters.config_of(m)}") in spent
        ]
        total += float(np.sum(times)) if times else SCORING * bool(state.metrics)
    return total


def describe_cell(cell: Cell) -> dict[str, Any]:
    """Return what a cell is, as plain values."""
    task = cell.task
    return {
        "cell": cell.key,
        "generator": cell.generator.name,
        "config": cell.config,
        "control": cell.control,
        "parameters": {
            k: list(v) if isinstance(v, tuple) else v for k, v in parameters.values_of(cell.generator).items()
        },
        "dataset": task.dataset,
        "label": task.label,
        "class": task.class_name,
        "n_real": task.n_real,
        "n_synthetic": task.n_synthetic,
        "seed": task.seed,
    }


def loadable(plugin: Plugin) -> Loadable:
    """Return a configured plugin in a form that travels."""
    return Loadable(plugins.origin_of(type(plugin)), parameters.values_of(plugin))


def data_source(plan: Plan) -> DataSource:
    """Return how a process gets the plan's real images."""
    folder = plan.settings.data_dir
    where = str(Path(folder).resolve()) if folder else ""
    return DataSource(loadable(plan.dataset), where, plan.data.fingerprint, plan.data.seen)


def space_path(plan: Plan) -> Path:
    """Return where the fitted features of a plan are cached, in the user's cache folder."""
    import platformdirs

    return platformdirs.user_cache_path("synthassay") / "features" / f"{plan.features_id}.pickle"
