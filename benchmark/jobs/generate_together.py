"""Conditional generators: one fit on all selected classes, in one process, yields one cell per class.

The fit has its own key and lock but is not stored itself. Only its cells are, each with the images of its class, so
they are scored, resumed and found again like any other cells. Nothing remains of a fit that was interrupted.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmark.jobs.generate import Generate, failing, keep_samples, timed
from benchmark.plan.cells import Fit, images_for

if TYPE_CHECKING:
    from pathlib import Path

    from benchmark.api import Context, Task
    from benchmark.images.real import RealData
    from benchmark.jobs import Say

SHARED = ("fit_seconds", "fit_cpu_seconds")  # measured for the whole fit; each of its cells gets an equal share


@dataclass(frozen=True, kw_only=True)
class GenerateTogether(Generate):
    """Fit a conditional generator on `folder`/real.npz and write samples for each of `tasks` to `folder`/<label>.

    task: the first of `tasks`, which differ only in the class.
    """

    tasks: tuple[Task, ...]

    def work(self, plugin: Any, record: dict[str, Any], say: Say) -> None:
        """Fit once, then sample class by class. record["classes"] holds the result of each."""
        with np.load(self.folder / "real.npz", allow_pickle=False) as file:
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
            keep_samples(folder, [images], task, fitting, record)
            record["warnings"] += map(str, sampling.warnings)
        return record


def save_images(folder: Path, data: RealData, fit: Fit) -> None:
    """Write the training images of all classes of a fit to its folder, as its job reads them."""
    real = [images_for(data, fit.generator, task, fit.sizes).images for task in fit.tasks]
    labels = np.repeat(fit.labels, [len(images) for images in real])
    np.savez(folder / "real.npz", images=np.concatenate(real), labels=labels.astype(np.int64))


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
