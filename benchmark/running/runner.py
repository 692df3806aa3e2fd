"""Runs a plan: sends cells to an executor and puts the results into the store. A failing metric costs no samples."""

from __future__ import annotations

import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from benchmark import device
from benchmark.evidence.embedding import compiling
from benchmark.jobs import generate_together
from benchmark.jobs.generate import Generate
from benchmark.jobs.generate_together import GenerateTogether
from benchmark.jobs.prepare import Prepare
from benchmark.jobs.score import ScoreCell, ScoreGroup, Scoring
from benchmark.jobs.sources import data_source
from benchmark.plan.cells import Cell, Fit, Group, Scored, describe, images_for
from benchmark.plan.plan import Plan
from benchmark.plugins import parameters
from benchmark.plugins.code import code_of
from benchmark.plugins.loadable import loadable
from benchmark.plugins.versions import versions
from benchmark.running import joint_maps, pending
from benchmark.running.disk import Room
from benchmark.running.estimates import estimate, known_times
from benchmark.running.features import FittedFeatures
from benchmark.running.pending import State, Step, cells_of, due_metrics, is_done, look, next_step
from benchmark.store import clean, weights

if TYPE_CHECKING:
    from benchmark.api import Metric
    from benchmark.executors import Event, Executor
    from benchmark.jobs import Job
    from benchmark.store.store import Store

RETRY = 1.0  # seconds before a cell that another run holds is looked at again
LOOK = 1.0  # seconds before what is left is estimated anew: it takes a look at every cell


@dataclass
class Runner:
    """One run of a plan, with a store and an executor."""

    plan: Plan
    store: Store
    executor: Executor
    states: list[State] = field(default_factory=list)
    _hands: dict[str, State] = field(default_factory=dict)
    _spent: dict[str, list[float]] = field(default_factory=dict)
    _left: float = 0.0  # seconds, when it was `_looked`
    _looked: float = float("-inf")

    @cached_property
    def features(self) -> FittedFeatures:
        """The features of the run."""
        return FittedFeatures(self.plan, self.store, self.executor)

    def run(self) -> None:
        """Do everything that is not in the store yet. KeyboardInterrupt ends the children and propagates."""
        clean.sweep(self.store)
        self.states = [s for s in pending.pending(self.plan, self.store) if not s.done]
        if self.states:
            self._begun()
        room = Room(self.store, self.executor)
        try:
            if self.states:
                self.features.begin()
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
            self.features.let_go()

    def _begun(self) -> None:
        """Announce what is to be done, and compile the code of the maps before any cell waits for it."""
        self._spent = known_times(self.plan, self.store)
        self.plan.registry.tell(
            "bench_run_started",
            run={
                "cells": len(self.plan.cells) + len(self.plan.groups),
                "to_do": len(self.states),
                "seconds": self.seconds_left(),
                "running": lambda: sum(not state.done for state in self._hands.values()),
            },
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

    def _start_one(self) -> bool:
        """Do or start the next step of the first piece of work that need not wait. Returns False if there is none."""
        now = time.monotonic()
        busy = any(state.alone for state in self._hands.values())
        for state in self.states if self.executor.free and not busy else ():
            if state.not_before > now or not (state.generate or self.features.ready or self.features.broken):
                continue
            if self._waits(state) or (state.alone and self._hands):
                continue
            if state.lock is None and not self._locked(state, now):
                continue
            self._do(state, next_step(state, self.store, broken=bool(self.features.broken)))
            return True
        return False

    def _do(self, state: State, step: Step) -> None:
        match step:
            case pending.Settle():
                self._settle(state)
            case pending.Share(fit):
                self.states.insert(0, State(fit, generate=True, metrics={}))  # the cell waits for it
            case pending.Generate(work):
                self._begin(state, self._generate_job(work))
            case pending.Restore(cell):
                state.generate, state.metrics = True, due_metrics(self.plan, cell)
            case pending.Score(scored):
                self._begin(state, self._score_job(scored, state.metrics))
            case pending.Fail(scored):
                self._fail_scoring(state, scored)
            case pending.Drop():
                state.metrics = {}
                self._let_go(state)

    def _waits(self, state: State) -> bool:
        """Whether it needs the GPU that is in use, or something that is still to be generated.

        That is a fit for its cells, and the cells for their group.
        """
        work, others = state.work, (*self.states, *self._hands.values())
        if isinstance(work, Group):
            keys = {cell.key for cell in work.cells}
            return any(other.generate and other.work.key in keys for other in others)
        if not state.generate:
            return False
        if work.device != device.CPU and any(_uses_gpu(other) for other in self._hands.values()):
            return True
        return isinstance(work, Cell) and bool(work.fit) and any(s.work.key == work.unit for s in others)

    def _locked(self, state: State, now: float) -> bool:
        """Take the cell's lock and look again at what is in the store, which another run may have changed."""
        state.lock = self.store.lock(state.work.key)
        if state.lock is None:
            state.not_before = now + RETRY
            return False
        clean.clear(self.store, state.work.key)
        fresh = look(self.plan, self.store, state.work)
        if not self.plan.settings.fresh:
            state.generate, state.metrics = fresh.generate, fresh.metrics
        return True

    def _begin(self, state: State, job: Job) -> None:
        self.states.remove(state)
        self._hands[state.work.key] = state
        self.executor.start(job)

    def _generate_job(self, work: Cell | Fit) -> Generate:
        folder, settings = self.store.workspace(work.key), self.plan.settings
        start: Literal["fork", "fresh"] = "fork" if work.generator.light else "fresh"
        common: dict[str, Any] = {
            "key": work.key,
            "folder": folder,
            "start": start,
            "seconds": settings.timeout,
            "memory": settings.memory,
            "generator": loadable(work.generator),
            "environment": device.environment(work.device),
        }
        if isinstance(work, Fit):
            generate_together.save_images(folder, self.plan.data, work)
            return GenerateTogether(**common, task=work.tasks[0], tasks=work.tasks)
        real = images_for(self.plan.data, work.generator, work.task, work.sizes)
        if real.mapped:
            return Generate(**common, task=work.task, real=real)
        np.save(folder / "real.npy", real.images)
        return Generate(**common, task=work.task)

    def _score_job(self, scored: Scored, metrics: Mapping[str, Metric]) -> Scoring:
        common: dict[str, Any] = {
            "key": scored.key,
            "folder": self.store.workspace(f"{scored.key}-scores"),
            "task": scored.tasks[0],
            "control": scored.as_control,
            "sizes": scored.sizes,
            "data": data_source(self.plan),
            "space": weights.kept(self.plan, self.store),
            "features": loadable(self.plan.features),
            "metrics": {key: loadable(metric) for key, metric in metrics.items()},
        }
        if isinstance(scored, Cell):
            return ScoreCell(**common, samples=self._samples(scored))
        if self.store.cell(scored.key) is None:
            record = {**describe(scored), "members": [c.key for c in scored.cells], "result": {"status": "ok"}}
            self.store.put_cell(scored.key, self.store.workspace(scored.key), record)
        return ScoreGroup(**common, samples={cell.task.label: self._samples(cell) for cell in scored.cells})

    def _samples(self, cell: Cell) -> Path:
        return self.store.path(cell.key).resolve() / "samples.npz"

    def _take(self, event: Event) -> None:
        job = event.job
        if isinstance(job, Prepare):
            if event.kind == "ended":
                self.features.end(job, event.payload)
        elif isinstance(job, Generate):
            if event.kind == "ended":
                (self._fitted if isinstance(job, GenerateTogether) else self._generated)(job, event.payload)
        elif event.kind == "scored":
            self._scored(self._hands[job.key], job, *event.payload)
        elif event.kind == "ended":
            self._scoring_ended(self._hands[job.key], job, event.payload)

    def _fitted(self, job: Generate, result: dict[str, Any]) -> None:
        """Keep the cells of a fit; those that exist already stay, with their scores."""
        state = self._hands[job.key]
        if self._again(state, result):
            shutil.rmtree(job.folder, ignore_errors=True)
            return
        for cell in self._cells_of(state):
            if self.plan.settings.fresh or not is_done(self.store, cell):
                label = cell.task.label
                self._keep(
                    cell, generate_together.workspace_of(job.folder, label), generate_together.result_of(result, label)
                )
        shutil.rmtree(job.folder, ignore_errors=True)
        state.generate = False
        del self._hands[job.key]
        self.states.insert(0, state)
        self._settle(state)

    def _settle(self, state: State) -> None:
        """Release what is done. After a fit, its cells continue, or are done too if they failed."""
        self._let_go(state)
        keys = {cell.key for cell in self._cells_of(state)}
        for own in [s for s in self.states if s.work.key in keys and s.generate]:
            result = (self.store.cell(own.work.key) or {"result": {"status": "failed", "reason": "lost"}})["result"]
            own.generate = False
            if result["status"] != "ok":
                own.metrics = {}
            self._tell(own, "generate", result)
            if own.done:
                self._let_go(own)

    def _cells_of(self, state: State) -> list[Cell]:
        return cells_of(self.plan, state.work) if isinstance(state.work, Fit) else []

    def _generated(self, job: Generate, result: dict[str, Any]) -> None:
        state = self._hands[job.key]
        if self._again(state, result):
            shutil.rmtree(job.folder, ignore_errors=True)
            return
        if isinstance(state.work, Cell):
            state.seconds += self._keep(state.work, job.folder, result)
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
                **describe(cell),
                "code": code_of(type(cell.generator)),
                "result": result,
                "versions": versions(cell.generator),
            },
        )
        took = float(result.get("fit_seconds", 0) + result.get("sample_seconds", 0))
        self._spent.setdefault(cell.config, []).append(took)
        return took

    def _scored(self, state: State, job: Scoring, key: str, record: dict[str, Any]) -> None:
        if record.get("full") and not state.alone:
            state.alone = True
            return
        arrays, metric = job.folder / f"{key}.npz", state.metrics[key]
        record = {**record, "metric": parameters.config_of(metric), "versions": versions(metric)}
        self.store.put_scores(job.key, key, record, arrays if arrays.exists() else None)
        del state.metrics[key]
        state.seconds += record["seconds"]
        self._spent.setdefault(f"metric {record['metric']}", []).append(record["seconds"])

    def _scoring_ended(self, state: State, job: Scoring, result: dict[str, Any]) -> None:
        if state.metrics and result["status"] != "ok":  # it ended with the first of these in hand
            key, metric = next(iter(state.metrics.items()))
            record = {"status": result["status"], "reason": result["reason"], "scores": {}, "seconds": None}
            self.store.put_scores(job.key, key, {**record, "metric": parameters.config_of(metric)}, None)
            del state.metrics[key]
        shutil.rmtree(job.folder, ignore_errors=True)
        if not state.metrics:
            self._tell(state, "score", result)
        self._put_back(state)

    def _fail_scoring(self, state: State, scored: Scored) -> None:
        for key, metric in state.metrics.items():
            name = parameters.config_of(metric)
            record: dict[str, Any] = {
                "status": "failed",
                "reason": self.features.broken,
                "scores": {},
                "seconds": None,
                "metric": name,
            }
            self.store.put_scores(scored.key, key, record, None)
        state.metrics = {}
        self._tell(state, "score", {"status": "failed", "reason": self.features.broken})
        self._let_go(state)

    def _again(self, state: State, result: Mapping[str, Any]) -> bool:
        """Put back a cell that found the disk full while others, which may have filled it, were running."""
        if not result.get("full") or state.alone:
            return False
        state.alone = True
        self._put_back(state)
        return True

    def _put_back(self, state: State) -> None:
        """Put a cell back into the queue, before cells that have not begun, or release it if it is done."""
        del self._hands[state.work.key]
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
        if not isinstance(state.work, Fit):  # its cells report for themselves
            self.plan.registry.tell("bench_cell_finished", cell=describe(state.work), result={**result, **told})


def _uses_gpu(state: State) -> bool:
    return state.generate and not isinstance(state.work, Group) and state.work.device != device.CPU
