"""Conditional generators: one fit on all selected classes, in one process, yields one cell per class.

The fit has its own key and lock but is not stored itself. Only its cells are, each with the images of its class, so
they are scored, resumed and found again like any other cells. Nothing remains of a fit that was interrupted.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmark.jobs.generate import Generate, failing, keep_samples, timed
from benchmark.plan.cells import ALL, Cell, images_for
from benchmark.plan.plan import Plan

if TYPE_CHECKING:
    from pathlib import Path

    from benchmark.api import Context, Task
    from benchmark.jobs import Say

SHARED = ("fit_seconds", "fit_cpu_seconds")  # measured for the whole fit; each of its cells gets an equal share


@dataclass(frozen=True)
class GenerateTogether(Generate):
    """Fit a conditional generator on `folder`/real.npz and write samples for each of `tasks` to `folder`/<label>."""

    tasks: tuple[Task, ...] = ()

    def work(self, plugin: Any, record: dict[str, Any], say: Say) -> None:
        """Fit once, then sample class by class. record["classes"] holds the result of each."""
        with np.load(self.folder / "real.npz") as file:
            real, labels = file["images"], file["labels"]
        names = (self.task.dataset, *(task.label for task in self.tasks), plugin.name)
        fitting = self.context("fit", names, say)
        with timed(record, "fit"):
            plugin.fit(real, labels, fitting)
        classes = {task.label: self._sample(plugin, task, fitting, say) for task in self.tasks}
        record |= {"classes": classes, "full": any(each.get("full") for each in classes.values())}

    def _sample(self, plugin: Any, task: Task, fitting: Context, say: Say) -> dict[str, Any]:
        """Sample one class and return its result. A failure does not affect the other classes."""
        record: dict[str, Any] = {"status": "ok", "reason": "", "phase": "sample"}
        sampling = self.context("sample", (task.dataset, task.label, plugin.name), say)
        folder = self.folder / str(task.label)
        folder.mkdir()
        with failing(record) as told:
            told.plugin = plugin
            with timed(record, "sample"):
                images = plugin.sample(task.n_synthetic, task.label, sampling)
            keep_samples(folder, images, task, fitting, record)
            record["warnings"] += sampling.warnings
        return record


def whole(plan: Plan, cell: Cell) -> Cell:
    """Return a cell that represents the fit of `cell`: it has the fit's key, and the cells of the fit as members."""
    members = tuple(each for each in plan.cells if each.fit == cell.fit and not each.skip)
    task = replace(cell.task, label=ALL, class_name="")
    return replace(cell, key=cell.fit.key, task=task, members=members)  # type: ignore[union-attr]


def job(plan: Plan, fit: Cell, plain: Generate) -> GenerateTogether:
    """Return the job of a fit: `plain`, extended to all classes. Their training images are written to its folder."""
    real = [images_for(plan.data, cell) for cell in fit.members]
    labels = np.repeat([cell.task.label for cell in fit.members], [len(images) for images in real])
    np.savez(plain.folder / "real.npz", images=np.concatenate(real), labels=labels.astype(np.int64))
    return GenerateTogether(**plain.__dict__, tasks=tuple(cell.task for cell in fit.members))


def result_of(result: Mapping[str, Any], label: int) -> dict[str, Any]:
    """Return the result of one class: that of its sampling, and its share of the time of the fit."""
    classes = result.get("classes") or {}
    shares = {name: result[name] / max(len(classes), 1) for name in SHARED if name in result}
    return {**{k: v for k, v in result.items() if k != "classes"}, **shares, **classes.get(label, {})}


def workspace_of(folder: Path, label: int) -> Path:
    """Return the folder of one class inside that of the fit, with the log, ready to be moved into the store."""
    own = folder / str(label)
    own.mkdir(exist_ok=True)
    if (folder / "log.txt").exists():
        shutil.copyfile(folder / "log.txt", own / "log.txt")
    return own
