"""Runs a plan: cells to an executor, what comes back to the store. Nothing that was generated is lost to a metric."""

from __future__ import annotations

import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from benchmark import device
from benchmark.evidence.embedding import compiling
from benchmark.jobs import generate_together
from benchmark.jobs.generate import Generate
from benchmark.jobs.prepare import Prepare
from benchmark.jobs.score import ScoreCell, ScoreGroup
from benchmark.jobs.sources import data_source
from benchmark.plan.cells import Cell, describe_cell, images_for
from benchmark.plan.plan import Plan
from benchmark.plugins import parameters
from benchmark.plugins.code import code_of
from benchmark.plugins.loadable import loadable
from benchmark.plugins.versions import versions
from benchmark.running import joint_maps
from benchmark.running.disk import Room
from benchmark.running.estimates import estimate, known_times
from benchmark.running.pending import State, due_metrics, is_done, look, pending
from benchmark.store import weights
from benchmark.store.weights import is_prepared

if TYPE_CHECKING:
    from benchmark.executors import Event, Executor
    from benchmark.store.store import Store

RETRY = 1.0  # seconds before a cell that another run holds is looked at again
LOOK = 1.0  # seconds before what is left is estimated anew: it takes a look at every cell


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
    _left: float = 0.0  # seconds, when it was `_looked`
    _looked: float = float("-inf")

    def run(self) -> None:
        """Do all that is not in the store yet. KeyboardInterrupt ends the children and goes on up."""
        self.states = [s for s in pending(self.plan, self.store) if not s.done]
        if self.states:
            self._begun()
        room = Room(self.store, self.executor)
        try:
            self._prepare()
            while self.states or self._hands:
                while room.start(self._start_one):
                    pass
                room.take(self.executor.poll(0.1), self._take)
            joint_maps.draw(self.plan, self.store, self.executor, data_source(self.plan))
        finally:
            self.executor.close()
            for state in self._hands.values():
                if state.lock is not None:
                    state.lock.release()

    def _begun(self) -> None:
        """Say what is to be done, and compile what maps need before any cell waits for it."""
        self._spent = known_times(self.plan, self.store)
        self.plan.registry.manager.hook.bench_run_started(
            run={
                "cells": len(self.plan.cells) + len(self.plan.groups),
                "to_do": len(self.states),
                "seconds": self.seconds_left(),
                "running": lambda: sum(not state.done for state in self._hands.values()),
            }
        )
        if any(metric.maps for state in self.states for metric in state.metrics.values()):
            compiling.ensure()

    def seconds_left(self) -> float:
        """Estimate the seconds until the end from the cells' own history, in this store and this run."""
        now = time.monotonic()
        if now - self._looked > LOOK or not self.states:
            states = [*self.states, *self._hands.values()]
            self._left, self._looked = estimate(states, self._spent) / max(self.executor.slots, 1), now
        return max(self._left - (now - self._looked), 0.0)

    def _prepare(self) -> None:
        target = weights.cached(self.plan)
        if not any(state.metrics or state.generate for state in self.states):
            return
        self.prepared = not self.plan.settings.fresh and is_prepared(weights.kept(self.plan, self.store))
        if self.prepared:
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
        weights.copy(weights.cached(self.plan), weights.kept(self.plan, self.store))
        self.prepared = True

    def _start_one(self) -> bool:
        """Take the first cell that something can be done for, and do or start it; False where there is none."""
        now = time.monotonic()
        busy = any(state.alone for state in self._hands.values())
        for state in self.states if self.executor.free and not busy else ():
            if state.not_before > now or not (state.generate or self.prepared or self.broken):
                continue
            if self._waits(state) or (state.alone and self._hands):
                continue
            if state.lock is None and not self._locked(state, now):
                continue
            if state.done:
                self._settle(state)
            elif state.generate and state.cell.fit and not state.cell.members:
                self.states.insert(0, State(generate_together.whole(self.plan, state.cell), generate=True, metrics={}))
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
        """Whether a group has members still to be generated here or elsewhere, a cell its fit; or the GPU is in use."""
        if state.generate and state.cell.device != device.CPU and self._uses_gpu():
            return True
        fit, others = state.cell.fit, (*self.states, *self._hands.values())
        if fit:
            return state.generate and not state.cell.members and any(s.cell.key == fit.key for s in others)
        keys = {member.key for member in state.cell.members}
        return bool(keys) and any(s.generate and s.cell.key in keys for s in others)

    def _uses_gpu(self) -> bool:
        return any(other.generate and other.cell.device != device.CPU for other in self._hands.values())

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
        folder, settings = self.store.workspace(cell.key), self.plan.settings
        start: Literal["fork", "fresh"] = "fork" if cell.generator.light else "fresh"
        plugin = loadable(cell.generator)
        limits = (settings.timeout, settings.memory)
        job = Generate(cell.key, folder, start, *limits, plugin, cell.task, device.environment(cell.device))
        if cell.members:
            return generate_together.job(self.plan, cell, job)
        np.save(folder / "real.npy", images_for(self.plan.data, cell))
        return job

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
            weights.kept(self.plan, self.store),
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
                state = self._hands[job.key]
                (self._fitted if state.cell.members else self._generated)(state, job, event.payload)
        elif event.kind == "scored":
            self._scored(self._hands[job.key], job, *event.payload)
        elif event.kind == "ended":
            self._scoring_ended(self._hands[job.key], job, event.payload)

    def _fitted(self, fit: State, job: Generate, result: dict[str, Any]) -> None:
        """Keep the cells of a fit; those that are there already stay, with their scores."""
        if self._again(fit, result):
            shutil.rmtree(job.folder, ignore_errors=True)
            return
        for cell in fit.cell.members:
            if self.plan.settings.fresh or not is_done(self.store, cell):
                label = cell.task.label
                self._keep(
                    cell, generate_together.workspace_of(job.folder, label), generate_together.result_of(result, label)
                )
        shutil.rmtree(job.folder, ignore_errors=True)
        fit.generate = False
        del self._hands[fit.cell.key]
        self.states.insert(0, fit)
        self._settle(fit)

    def _settle(self, state: State) -> None:
        """Let go what is done; after a fit its cells go on, or with it where they failed."""
        self._let_go(state)
        keys = {cell.key for cell in state.cell.members}
        for own in [s for s in self.states if s.cell.key in keys and s.generate]:
            result = (self.store.cell(own.cell.key) or {"result": {"status": "failed", "reason": "lost"}})["result"]
            own.generate = False
            if result["status"] != "ok":
                own.metrics = {}
            self._tell(own, "generate", result)
            if own.done:
                self._let_go(own)

    def _generated(self, state: State, job: Generate, result: dict[str, Any]) -> None:
        if self._again(state, result):
            shutil.rmtree(job.folder, ignore_errors=True)
            return
        state.seconds += self._keep(state.cell, job.folder, result)
        state.generate = False
        if result["status"] != "ok":
            state.metrics = {}
        self._tell(state, "generate", result)
        self._put_back(state)

    def _keep(self, cell: Cell, folder: Path, result: dict[str, Any]) -> float:
        """Put a generated cell into the store; return the seconds that it took."""
        (folder / "real.npy").unlink(missing_ok=True)
        shutil.rmtree(folder / "scratch", ignore_errors=True)
        for file in folder.glob("*.npz") if result["status"] != "ok" else ():
            file.unlink()
        self.store.put_cell(
            cell.key,
            folder,
            {
                **describe_cell(cell),
                "code": code_of(type(cell.generator)),
                "result": result,
                "versions": versions(cell.generator),
            },
        )
        took = float(result.get("fit_seconds", 0) + result.get("sample_seconds", 0))
        self._spent.setdefault(cell.config, []).append(took)
        return took

    def _scored(self, state: State, job: ScoreCell, key: str, record: dict[str, Any]) -> None:
        if record.get("full") and not state.alone:
            state.alone = True
            return
        arrays, metric = job.folder / f"{key}.npz", state.metrics[key]
        record = {**record, "metric": parameters.config_of(metric), "versions": versions(metric)}
        self.store.put_scores(job.key, key, record, arrays if arrays.exists() else None)
        del state.metrics[key]
        state.seconds += record["seconds"]
        self._spent.setdefault(f"metric {record['metric']}", []).append(record["seconds"])

    def _scoring_ended(self, state: State, job: ScoreCell, result: dict[str, Any]) -> None:
        if state.metrics and result["status"] != "ok":  # it ended with the first of these in hand
            key, metric = next(iter(state.metrics.items()))
            record = {"status": result["status"], "reason": result["reason"], "scores": {}, "seconds": None}
            self.store.put_scores(job.key, key, {**record, "metric": parameters.config_of(metric)}, None)
            del state.metrics[key]
        shutil.rmtree(job.folder, ignore_errors=True)
        if not state.metrics:
            self._tell(state, "score", result)
        self._put_back(state)

    def _fail_scoring(self, state: State) -> None:
        for key, metric in state.metrics.items():
            name = parameters.config_of(metric)
            record: dict[str, Any] = {
                "status": "failed",
                "reason": self.broken,
                "scores": {},
                "seconds": None,
                "metric": name,
            }
            self.store.put_scores(state.cell.key, key, record, None)
        state.metrics = {}
        self._tell(state, "score", {"status": "failed", "reason": self.broken})
        self._let_go(state)

    def _again(self, state: State, result: Mapping[str, Any]) -> bool:
        """Put a cell back that found the disk full beside others, which may have filled it."""
        if not result.get("full") or state.alone:
            return False
        state.alone = True
        self._put_back(state)
        return True

    def _put_back(self, state: State) -> None:
        """Give the cell back to the queue, before cells that are not begun, or let it go where it is done."""
        del self._hands[state.cell.key]
        self.states.insert(0, state)
        if state.done:
            self._let_go(state)

    def _let_go(self, state: State) -> None:
        self.states.remove(state)
        if state.lock is not None:
            state.lock.release()
            state.lock = None

    def _tell(self, state: State, stage: str, result: Mapping[str, Any]) -> None:
        told = {"stage": stage, "last": state.done, "seconds": state.seconds, "seconds_left": self.seconds_left()}
        hook = self.plan.registry.manager.hook
        hook.bench_cell_finished(cell=describe_cell(state.cell), result={**result, **told})
