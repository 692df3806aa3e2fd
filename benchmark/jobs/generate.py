"""Fits a generator and samples from it, in a separate process."""

from __future__ import annotations

import resource
import time
import traceback
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from benchmark.api import CannotFit, Context, Control, Task
from benchmark.errors import is_full
from benchmark.images.image_set import BLOCK, ImageSet, Lazy
from benchmark.images.supplied import Given
from benchmark.jobs.logged import history_of
from benchmark.plugins.raised import describe, words_of
from benchmark.seeds import random
from benchmark.store import samples

if TYPE_CHECKING:
    from benchmark.api import Images
    from benchmark.jobs import Say
    from benchmark.plugins.loadable import Loadable

PART = 2**22  # numbers that a control of large images samples at a time
TOLERANCE = 1e-6  # values this far outside [0, 1] are rounding errors


@dataclass(frozen=True, kw_only=True)
class Generate:
    """Fit a generator and write its samples to `folder`.

    real: what it is fitted on; None: the images in `folder`/real.npy.
    """

    key: str
    folder: Path
    start: Literal["fork", "fresh"]
    seconds: float
    memory: float
    generator: Loadable
    task: Task
    environment: Mapping[str, str] = field(default_factory=dict)
    real: ImageSet | None = None

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
        real = self.real or ImageSet.of(np.load(self.folder / "real.npy", allow_pickle=False))
        names = (self.task.dataset, self.task.label, plugin.name)
        fitting, sampling = self.context("fit", names, say), self.context("sample", names, say)
        with timed(record, "fit"):
            plugin.fit(Lazy(real.array, real.rows) if _is_lazy(plugin, real) else real.images, fitting)
        record["phase"] = "sample"
        probe = self.context("sample", names, say)
        with timed(record, "sample"):
            if _is_lazy(plugin, real) and not isinstance(plugin.sample(1, probe), ImageSet):
                parts: Iterable[Any] = _in_parts(plugin, self.task, sampling)
            else:
                parts = [plugin.sample(self.task.n_synthetic, sampling)]
        keep_samples(self.folder, parts, self.task, fitting, record)
        record["warnings"] += map(str, sampling.warnings)

    def context(self, what: str, names: tuple[str | int, ...], say: Say) -> Context:
        """Return the context that the plugin gets to "fit" or "sample"."""
        scratch = self.folder / "scratch"
        scratch.mkdir(exist_ok=True)
        rng, deadline = random(self.task.seed, what, *names), time.monotonic() + self.seconds
        return Context(rng, scratch, deadline, lambda done, total: say("progress", (done, total)))


def keep_samples(folder: Path, parts: Iterable[Any], task: Task, fitting: Context, record: dict[str, Any]) -> None:
    """Check the samples, write them and the logged history to `folder`, and complete the record. Raises ValueError."""
    clipped = _written(folder / "samples.npz", parts, task)
    history, notes = history_of(fitting, task.label)
    said = [*map(str, fitting.warnings), *notes]
    record.update(phase="", clipped_share=clipped, warnings=said, unit=str(fitting.unit))
    if clipped > 0.05:
        record["warnings"].append(f"{clipped:.0%} of the values were outside [0, 1] and were clipped")
    if history:
        np.savez(folder / "history.npz", **history)  # type: ignore[arg-type]


def _is_lazy(plugin: Any, real: ImageSet) -> bool:
    """Whether a control, or images made elsewhere, get a set in place of an array: they need only a few of them."""
    return isinstance(plugin, (Control, Given)) and real.size > BLOCK


def _written(path: Path, parts: Iterable[Any], task: Task) -> float:
    """Check images and write them; return the share of values that were clipped. Raises ValueError."""
    single = isinstance(parts, list)
    whole = parts[0] if isinstance(parts, list) else None
    if isinstance(whole, ImageSet) and whole.shape == (task.n_synthetic, *task.shape):
        samples.write(path, whole.shape, whole.array.dtype, whole.raw_blocks())
        return 0.0
    shares: list[float] = []

    def blocks() -> Iterator[Images]:
        for part in parts:
            found, clipped = checked(part, task if single else replace(task, n_synthetic=len(part)))
            shares.extend([clipped] * len(found))
            yield found

    samples.write(path, (task.n_synthetic, *task.shape), np.dtype(np.float32), blocks())
    return float(np.mean(shares))


def _in_parts(plugin: Any, task: Task, ctx: Context) -> Iterator[Images]:
    """Yield the samples of a control in parts, which are as good as all at once, and need less memory."""
    step = max(1, PART // int(np.prod(task.shape)))
    for start in range(0, task.n_synthetic, step):
        yield plugin.sample(min(step, task.n_synthetic - start), ctx)


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
