"""Fits a generator and samples from it, in a separate process."""

from __future__ import annotations

import resource
import time
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from benchmark.api import CannotFit, Context, Task
from benchmark.errors import is_full
from benchmark.jobs.logged import history_of
from benchmark.plugins.raised import describe, words_of
from benchmark.seeds import random

if TYPE_CHECKING:
    from benchmark.api import Images
    from benchmark.jobs import Say
    from benchmark.plugins.loadable import Loadable

TOLERANCE = 1e-6  # values this far outside [0, 1] are rounding errors


@dataclass(frozen=True, kw_only=True)
class Generate:
    """Fit a generator on `folder`/real.npy and write its samples to `folder`."""

    key: str
    folder: Path
    start: Literal["fork", "fresh"]
    seconds: float
    memory: float
    generator: Loadable
    task: Task
    environment: Mapping[str, str] = field(default_factory=dict)

    def run(self, say: Say) -> dict[str, Any]:
        """Return status, reason, times and memory; samples.npz and history.npz are written to the folder."""
        record: dict[str, Any] = {"status": "ok", "reason": "", "phase": "fit", "warnings": []}
        with failing(record) as told:
            told.plugin = self.generator.load()
            self.work(told.plugin, record, say)
        record["peak_rss_mib"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)
        return record

    def work(self, plugin: Any, record: dict[str, Any], say: Say) -> None:
        """Fit and sample; add the times and warnings to `record`."""
        real, names = (
            np.load(self.folder / "real.npy", allow_pickle=False),
            (self.task.dataset, self.task.label, plugin.name),
        )
        fitting, sampling = self.context("fit", names, say), self.context("sample", names, say)
        with timed(record, "fit"):
            plugin.fit(real, fitting)
        record["phase"] = "sample"
        with timed(record, "sample"):
            images = plugin.sample(self.task.n_synthetic, sampling)
        keep_samples(self.folder, images, self.task, fitting, record)
        record["warnings"] += map(str, sampling.warnings)

    def context(self, what: str, names: tuple[str | int, ...], say: Say) -> Context:
        """Return the context that the plugin gets to "fit" or "sample"."""
        scratch = self.folder / "scratch"
        scratch.mkdir(exist_ok=True)
        rng, deadline = random(self.task.seed, what, *names), time.monotonic() + self.seconds
        return Context(rng, scratch, deadline, lambda done, total: say("progress", (done, total)))


def keep_samples(folder: Path, images: Any, task: Task, fitting: Context, record: dict[str, Any]) -> None:
    """Check the samples, write them and the logged history to `folder`, and complete the record. Raises ValueError."""
    images, clipped = checked(images, task)
    history, notes = history_of(fitting, task.label)
    said = [*map(str, fitting.warnings), *notes]
    record.update(phase="", clipped_share=clipped, warnings=said, unit=str(fitting.unit))
    if clipped > 0.05:
        record["warnings"].append(f"{clipped:.0%} of the values were outside [0, 1] and were clipped")
    np.savez(folder / "samples.npz", images=images)
    if history:
        np.savez(folder / "history.npz", **history)  # type: ignore[arg-type]


@contextmanager
def failing(record: dict[str, Any]) -> Iterator[SimpleNamespace]:
    """Turn whatever a plugin raises into the status and reason of a row. Set `plugin` of the yielded object to it."""
    told = SimpleNamespace(plugin=None)
    try:
        yield told
    except CannotFit as error:
        record.update(status="failed", reason=words_of(error))
    except MemoryError as error:
        record.update(status="out-of-memory", reason=words_of(error) or "not enough memory")
    except Exception as error:  # noqa: BLE001 - a plugin may raise anything; it becomes a row
        traceback.print_exc()
        record.update(status="failed", reason=describe(error, told.plugin), full=is_full(error))


def checked(images: Any, task: Task) -> tuple[Images, float]:
    """Return images as float32 in [0, 1] and the share of values that were clipped. Raises ValueError."""
    array = np.asarray(images)
    expected = (task.n_synthetic, *task.shape)
    if array.dtype.kind not in "fiub":
        raise ValueError(f"sample returned {array.dtype} instead of numbers")
    if array.shape != expected:
        raise ValueError(f"sample returned the shape {array.shape}; expected {expected}")
    array = array.astype(np.float32)
    if not np.isfinite(array).all():
        raise ValueError(f"sample returned {int((~np.isfinite(array)).sum())} values that are NaN or infinite")
    outside = (array < -TOLERANCE) | (array > 1 + TOLERANCE)
    return np.clip(array, 0, 1), float(outside.mean())


@contextmanager
def timed(record: dict[str, Any], stage: str) -> Iterator[None]:
    """Record the wall-clock and CPU seconds of a stage, whether it succeeds or not."""
    wall, cpu = time.perf_counter(), time.process_time()
    try:
        yield
    finally:
        record[f"{stage}_seconds"] = time.perf_counter() - wall
        record[f"{stage}_cpu_seconds"] = time.process_time() - cpu
