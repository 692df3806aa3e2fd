"""One cell at work, inside its own process: fit and sample, or score what was sampled."""

from __future__ import annotations

import pickle
import resource
import sys
import time
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from benchmark import protocol
from benchmark.api import CannotFit, Context, Score, Task
from benchmark.data import RealData
from benchmark.errors import is_full
from benchmark.seeds import random
from benchmark.weights import checksum_of, load_space, sha256

if TYPE_CHECKING:
    from benchmark.api import Array, Images, Metric
    from benchmark.executors import Say
    from benchmark.sources import DataSource, Loadable

TOLERANCE = 1e-6  # how far outside [0, 1] is rounding
SHOWN = 8  # images kept of each snapshot
REAL = "real"  # the control that gives the role `fresh` as it is


@dataclass(frozen=True)
class Generate:
    """Fit a generator on `folder`/real.npy and sample it into `folder`."""

    key: str
    folder: Path
    start: Literal["fork", "fresh"]
    seconds: float
    memory: float
    generator: Loadable
    task: Task
    environment: Mapping[str, str] = field(default_factory=dict)

    def run(self, say: Say) -> dict[str, Any]:
        """Return status, reason and figures; samples.npz and history.npz are in the folder."""
        record: dict[str, Any] = {"status": "ok", "reason": "", "phase": "fit", "warnings": []}
        with failing(record) as told:
            told.plugin = self.generator.load()
            self.work(told.plugin, record, say)
        record["peak_rss_mib"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)
        return record

    def work(self, plugin: Any, record: dict[str, Any], say: Say) -> None:
        """Fit and sample, and write down in `record` how it went."""
        real, names = np.load(self.folder / "real.npy"), (self.task.dataset, self.task.label, plugin.name)
        fitting, sampling = self.context("fit", names, say), self.context("sample", names, say)
        with timed(record, "fit"):
            plugin.fit(real, fitting)
        record["phase"] = "sample"
        with timed(record, "sample"):
            images = plugin.sample(self.task.n_synthetic, sampling)
        keep_samples(self.folder, images, self.task, fitting, record)
        record["warnings"] += sampling.warnings

    def context(self, what: str, names: tuple[str | int, ...], say: Say) -> Context:
        """Return what the plugin gets to "fit" or "sample"."""
        scratch = self.folder / "scratch"
        scratch.mkdir(exist_ok=True)
        rng, deadline = random(self.task.seed, what, *names), time.monotonic() + self.seconds
        return Context(rng, scratch, deadline, lambda done, total: say("progress", (done, total)))


def keep_samples(folder: Path, images: Any, task: Task, fitting: Context, record: dict[str, Any]) -> None:
    """Check what was sampled and write it into `folder`, with what was logged; end the record. Raises ValueError."""
    images, clipped = checked(images, task)
    record.update(phase="", clipped_share=clipped, warnings=[*fitting.warnings], unit=fitting.unit)
    if clipped > 0.05:
        record["warnings"].append(f"{clipped:.0%} of the values were outside [0, 1] and were clipped")
    np.savez(folder / "samples.npz", images=images)
    snapshots = fitting.snapshots + fitting.class_snapshots.get(task.label, [])
    history = {f"curve/{name}": np.array(points) for name, points in fitting.curves.items()}
    history |= {f"snapshot/{step}": np.asarray(shown, np.float32)[:SHOWN] for step, shown in snapshots}
    if history:
        np.savez(folder / "history.npz", **history)  # type: ignore[arg-type]


@contextmanager
def failing(record: dict[str, Any]) -> Iterator[SimpleNamespace]:
    """Turn whatever a plugin raises into the status and reason of a row; `plugin` of what is yielded is the culprit."""
    told = SimpleNamespace(plugin=None)
    try:
        yield told
    except CannotFit as error:
        record.update(status="failed", reason=str(error))
    except MemoryError as error:
        record.update(status="out-of-memory", reason=str(error) or "no more memory")
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
        raise ValueError(f"sample returned the shape {array.shape}, expected {expected}")
    array = array.astype(np.float32)
    if not np.isfinite(array).all():
        raise ValueError(f"sample returned {int((~np.isfinite(array)).sum())} values that are NaN or infinite")
    outside = (array < -TOLERANCE) | (array > 1 + TOLERANCE)
    return np.clip(array, 0, 1), float(outside.mean())


@dataclass(frozen=True)
class Prepare:
    """Fit features and the reference classifier on the neutral role of all classes; pickle them to `target`."""

    folder: Path
    features: Loadable
    features_id: str
    data: DataSource
    sizes: protocol.Sizes
    target: Path
    start: Literal["pool"] = "pool"
    seconds: float = 3600.0
    memory: float = 8.0
    environment: Mapping[str, str] = field(default_factory=dict)

    def run(self, say: Say) -> dict[str, Any]:
        """Return the status; a failure is the run's, not a cell's."""
        from benchmark import reference

        try:
            data = self.data.load()
            images = [data.roles(label, 0, self.sizes)["neutral"] for label in range(len(data.class_names))]
            labels = np.repeat(np.arange(len(images)), [len(i) for i in images])
            rng = random(0, "features", data.name, self.features_id)
            space = reference.prepare(self.features.load(), np.concatenate(images), labels, rng, self.features_id)
            content = pickle.dumps(space, protocol=5)
            for path, written in ((self.target, content), (checksum_of(self.target), sha256(content).encode())):
                aside = path.with_name(f".{path.name}.{time.time_ns()}")
                aside.write_bytes(written)
                aside.replace(path)
        except Exception as error:  # noqa: BLE001
            traceback.print_exc()
            return {"status": "failed", "reason": describe(error, None)}
        return {"status": "ok"}


@dataclass(frozen=True)
class ScoreCell:
    """Score stored samples with several metrics; each one's results are written into `folder` as it ends."""

    key: str
    folder: Path
    samples: Path
    task: Task
    control: str | None
    sizes: protocol.Sizes
    data: DataSource
    space: Path
    metrics: Mapping[str, Loadable]  # by metric key
    start: Literal["pool"] = "pool"
    seconds: float = 600.0  # a metric
    memory: float = 8.0
    environment: Mapping[str, str] = field(default_factory=dict)

    def run(self, say: Say) -> dict[str, Any]:
        """Say ("stage", key) before and ("scored", (key, record)) after each metric."""
        evidence = None
        for key, loadable in self.metrics.items():
            say("stage", key)
            metric: Any = None
            started, cpu = time.perf_counter(), time.process_time()
            try:
                metric = loadable.load()
                evidence = evidence or self._evidence()
                record = self._score(key, metric, evidence)
            except Exception as error:  # noqa: BLE001 - a metric may raise anything; it becomes a row
                record = {
                    "status": "failed",
                    "reason": describe(error, metric),
                    "scores": {},
                    "full": is_full(error),
                    "traceback": traceback.format_exc(),
                }
            record |= {"seconds": time.perf_counter() - started, "cpu_seconds": time.process_time() - cpu}
            say("scored", (key, record))
        return {"status": "ok"}

    def _evidence(self) -> Any:
        """Return what the metrics see."""
        from benchmark.evidence import CellEvidence

        data, task = self.data.load(), self.task
        synthetic = load_images(self.samples)
        own = data.roles(task.label, task.seed, self.sizes)
        return CellEvidence(
            task=task,
            control=self.control,
            synthetic=synthetic,
            train=own["train"],
            held_out=own["held_out"],
            test=data.test,
            test_labels=data.test_labels,
            others=_Others(data, task, self.sizes, "held_out"),
            others_train=_Others(data, task, self.sizes, "train"),
            in_train=self._in_train(data),
            feature_space=load_space(self.space),
        )

    def _in_train(self, data: RealData) -> dict[str, Array]:
        found = data.itself(self.task.label, self.task.seed, self.sizes)
        if not found:
            return {}
        return {"held_out": found["held_out"], **({"synthetic": found["fresh"]} if self.control == REAL else {})}

    def _score(self, key: str, metric: Metric, evidence: Any) -> dict[str, Any]:
        task = self.task
        names = (task.dataset, task.label, task.n_real)
        ctx = Context(random(task.seed, "metric", *names, metric.name), deadline=time.monotonic() + self.seconds)
        scores = metric.score(evidence, ctx)
        check_scores(metric, scores, self.control)
        arrays = {f"draws/{name}": score.draws for name, score in scores.items() if score.draws is not None}
        arrays |= {f"kept/{name}": np.asarray(array) for name, array in ctx.kept.items()}
        arrays |= {f"image/{name}": checked_column(name, array, task) for name, array in ctx.columns.items()}
        if arrays:
            np.savez(self.folder / f"{key}.npz", **arrays)  # type: ignore[arg-type]
        return {
            "status": "ok",
            "reason": "",
            "warnings": ctx.warnings,
            "scores": {name: {"value": s.value, "reason": s.reason, "note": s.note} for name, s in scores.items()},
        }


@dataclass(frozen=True)
class ScoreGroup(ScoreCell):
    """Score the samples of all chosen classes of one configuration and seed at once; `samples` is of the first."""

    members: Mapping[int, Path] = field(default_factory=dict)  # label -> samples

    def _evidence(self) -> Any:
        from benchmark.evidence import CellsEvidence

        data, task = self.data.load(), self.task
        roles = {label: data.roles(label, task.seed, self.sizes) for label in self.members}
        chosen = np.isin(data.test_labels, list(self.members))
        return CellsEvidence(
            seed=task.seed,
            n_real=task.n_real,
            labels=tuple(self.members),
            synthetic={label: load_images(path) for label, path in self.members.items()},
            train={label: own["train"] for label, own in roles.items()},
            held_out={label: own["held_out"] for label, own in roles.items()},
            test=data.test[chosen],
            test_labels=data.test_labels[chosen],
            feature_space=load_space(self.space),
            control=self.control,
        )


def load_images(samples: Path) -> Images:
    """Return stored images, float32 (n, h, w, c)."""
    with np.load(samples, allow_pickle=False) as file:
        return np.asarray(file["images"])


def checked_column(name: str, values: Any, task: Task) -> Array:
    """Return what a metric says of each image as an array (n,). Raises ValueError unless it is a finite number each."""
    column = np.asarray(values)
    if column.shape != (task.n_synthetic,) or column.dtype.kind not in "biuf" or not np.isfinite(column).all():
        raise ValueError(
            f"per_image {name!r} is {column.dtype} of the shape {column.shape}; "
            f"it takes {task.n_synthetic} finite numbers or truth values, one an image"
        )
    return column


def check_scores(metric: Metric, scores: Mapping[str, Score], control: str | None) -> None:
    """Raise ValueError where a metric gives other measures than it declares, or a value that is not finite."""
    due = {measure.name for measure in metric.due(control)}
    if set(scores) != due:
        odd = ", ".join(sorted(set(scores) ^ due))
        raise ValueError(f"score returned other measures than {metric.name} declares: {odd}")
    for name, score in scores.items():
        if score.value is not None and not np.isfinite(score.value):
            raise ValueError(f"{name} is {score.value}; return a Score with value None and a reason instead")
        if score.value is None and not score.reason:
            raise ValueError(f"{name} has no value and no reason")


class _Others(Mapping[int, "Images"]):
    """The images of one role of every other class, cut when they are asked for."""

    def __init__(self, data: RealData, task: Task, sizes: protocol.Sizes, role: Literal["held_out", "train"]) -> None:
        self._data, self._task, self._sizes, self._role = data, task, sizes, role
        self._labels = [label for label in range(task.n_classes) if label != task.label]
        self._cut: dict[int, Array] = {}

    def __getitem__(self, label: int) -> Images:
        if label not in self._labels:
            raise KeyError(label)
        if label not in self._cut:
            self._cut[label] = self._data.roles(label, self._task.seed, self._sizes)[self._role]
        return self._cut[label]

    def __iter__(self) -> Any:
        return iter(self._labels)

    def __len__(self) -> int:
        return len(self._labels)


def describe(error: BaseException, plugin: Any) -> str:
    """Return a plugin's own message, with the place in the plugin where it was raised."""
    message = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    file = getattr(sys.modules.get(type(plugin).__module__), "__file__", None)
    folder = file and Path(file).parent  # helpers of a plugin lie beside it
    places = [frame for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename).parent == folder]
    return (
        f"{message} ({Path(places[-1].filename).name}, line {places[-1].lineno}, in {places[-1].name})"
        if places
        else message
    )


@contextmanager
def timed(record: dict[str, Any], stage: str) -> Iterator[None]:
    """Record wall-clock and CPU seconds of a stage, whether it ends well or not."""
    wall, cpu = time.perf_counter(), time.process_time()
    try:
        yield
    finally:
        record[f"{stage}_seconds"] = time.perf_counter() - wall
        record[f"{stage}_cpu_seconds"] = time.process_time() - cpu
