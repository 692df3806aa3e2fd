"""Scores the stored samples of a cell or of a group of cells, in a separate process."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

import numpy as np

from benchmark.api import CannotFit, Context, Score, Task
from benchmark.errors import is_full
from benchmark.images.image_set import ImageSet, handed
from benchmark.images.real import RealData
from benchmark.images.roles import Sizes
from benchmark.plugins.raised import describe
from benchmark.seeds import random
from benchmark.store import samples
from benchmark.store.arrays import KINDS
from benchmark.store.weights import load_space

if TYPE_CHECKING:
    from benchmark.api import Array, Measure, Metric
    from benchmark.jobs import Say
    from benchmark.jobs.sources import DataSource
    from benchmark.plugins.loadable import Loadable

REAL = "real"  # the control that returns the role `fresh` unchanged
ALL_CLASSES = -1  # in the name of a random stream only


@dataclass(frozen=True, kw_only=True)
class Scoring:
    """Score stored samples with several metrics. The results of each are written to `folder` as soon as it ends.

    task: of the cell, or of the first cell of a group. metrics: by metric key.
    """

    key: str
    folder: Path
    task: Task
    control: str | None
    sizes: Sizes
    data: DataSource
    space: Path
    features: Loadable
    metrics: Mapping[str, Loadable]
    start: Literal["pool"] = "pool"
    seconds: float = 600.0  # per metric
    memory: float = 8.0
    environment: Mapping[str, str] = field(default_factory=dict)

    def run(self, say: Say) -> dict[str, Any]:
        """Score with each metric; send ("stage", key) before and ("scored", (key, record)) after it."""
        evidence = None
        for key, loadable in self.metrics.items():
            say("stage", key)
            metric: Any = None
            started, cpu = time.perf_counter(), time.process_time()
            try:
                metric = loadable.load()
                evidence = evidence or self._evidence(partial(say, "stage", key))
                record = self._score(key, metric, evidence)
            except CannotFit as reason:  # the images have no features
                record = _not_judged(metric.due(self.control), str(reason))
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

    def _evidence(self, tell: Callable[[], None]) -> Any:
        """Return the evidence that the metrics get. tell: called now and then if this takes long."""
        raise NotImplementedError

    def _label(self) -> int:
        """Return the label in the name of the random stream."""
        raise NotImplementedError

    def _score(self, key: str, metric: Metric, evidence: Any) -> dict[str, Any]:
        task = self.task
        names = (task.dataset, self._label(), task.n_real)
        ctx = Context(random(task.seed, "metric", *names, metric.name), deadline=time.monotonic() + self.seconds)
        scores = metric.score(evidence, ctx)
        check_scores(metric, scores, self.control)
        odd = [name for name, score in scores.items() if score.draws is not None and not _are_finite(score.draws)]
        notes = [f"{name} has no interval: some of its draws are NaN or infinite" for name in odd]
        arrays = {f"kept/{name}": checked_array(name, array) for name, array in ctx.kept.items()}
        columns = {name: checked_column(name, array, task) for name, array in ctx.columns.items()}
        arrays |= {f"image/{name}": column for name, column in columns.items()}
        gaps = {name: int(np.isnan(column).sum()) for name, column in columns.items() if column.dtype.kind == "f"}
        notes += [
            f"per_image {name} has gaps: {count} of {task.n_synthetic} values are NaN or infinite"
            for name, count in gaps.items()
            if count
        ]
        if arrays:
            np.savez(self.folder / f"{key}.npz", **arrays)  # type: ignore[arg-type]
        return {
            "status": "ok",
            "reason": "",
            "warnings": [*map(str, ctx.warnings), *notes],
            "scores": {
                name: {
                    "value": None if s.value is None else float(s.value),
                    "sd": None if name in odd else s.sd,
                    "reason": str(s.reason),
                    "note": str(s.note),
                }
                for name, s in scores.items()
            },
        }


def _not_judged(measures: tuple[Measure, ...], reason: str) -> dict[str, Any]:
    scores = {m.name: {"value": None, "sd": None, "reason": reason, "note": ""} for m in measures}
    return {"status": "ok", "reason": "", "warnings": [], "scores": scores}


@dataclass(frozen=True, kw_only=True)
class ScoreCell(Scoring):
    """Score the samples of one cell."""

    samples: Path

    def _label(self) -> int:
        return self.task.label

    def _evidence(self, tell: Callable[[], None]) -> Any:
        from benchmark.evidence.evidence import CellEvidence

        data, task = self.data.load(), self.task
        synthetic: Any = samples.mapped(self.samples)
        own: Mapping[str, Any] = data.sets(task.label, task.seed, self.sizes)
        space = load_space(self.space, self.features)
        space.encode_ahead((synthetic, own["train"], own["held_out"], data.test), tell)
        return CellEvidence(
            task=task,
            control=self.control,
            synthetic=synthetic,
            train=own["train"],
            held_out=own["held_out"],
            test=cast("Any", data.test_images),
            test_labels=data.test_labels,
            others=_Others(data, task, self.sizes, "held_out"),
            others_train=_Others(data, task, self.sizes, "train"),
            in_train=self._in_train(data),
            feature_space=space,
        )

    def _in_train(self, data: RealData) -> dict[str, Array]:
        found = data.itself(self.task.label, self.task.seed, self.sizes)
        if not found:
            return {}
        own = {role: found[role] for role in ("held_out", "test") if role in found}
        return {**own, **({"synthetic": found["fresh"]} if self.control == REAL else {})}


@dataclass(frozen=True, kw_only=True)
class ScoreGroup(Scoring):
    """Score the samples of all selected classes of one configuration and seed together. samples: by label."""

    samples: Mapping[int, Path]

    def _label(self) -> int:
        return ALL_CLASSES

    def _evidence(self, tell: Callable[[], None]) -> Any:
        from benchmark.evidence.evidence import CellsEvidence

        data, task = self.data.load(), self.task
        roles = {label: data.sets(label, task.seed, self.sizes) for label in self.samples}
        chosen = np.isin(data.test_labels, list(self.samples))
        return CellsEvidence(
            seed=task.seed,
            n_real=task.n_real,
            labels=tuple(self.samples),
            synthetic={label: handed(samples.mapped(path)) for label, path in self.samples.items()},
            train={label: handed(own["train"]) for label, own in roles.items()},
            held_out={label: handed(own["held_out"]) for label, own in roles.items()},
            test=handed(data.test_images.take(chosen)),
            test_labels=data.test_labels[chosen],
            feature_space=load_space(self.space, self.features),
            control=self.control,
        )


def checked_array(name: str, values: Any) -> Array:
    """Return what a metric keeps as an array. Raises ValueError on objects, which are never stored."""
    array = np.asarray(values)
    if array.dtype.kind not in KINDS:
        raise ValueError(f"keep {name!r} has the type {array.dtype}; expected numbers, booleans or texts")
    return array


def _are_finite(draws: Array) -> bool:
    """Whether draws can give an interval; without them, the score has none."""
    return draws.ndim == 1 and len(draws) > 0 and bool(np.isfinite(draws).all())


def checked_column(name: str, values: Any, task: Task) -> Array:
    """Return a metric's values per image as an array (n,), with NaN, a gap, for what is infinite. Raises ValueError."""
    column = np.asarray(values)
    if column.shape != (task.n_synthetic,) or column.dtype.kind not in "biuf":
        raise ValueError(
            f"per_image {name!r} has the type {column.dtype} and the shape {column.shape}; "
            f"expected {task.n_synthetic} numbers or booleans, one per image"
        )
    return np.where(np.isfinite(column), column, np.nan) if column.dtype.kind == "f" else column


def check_scores(metric: Metric, scores: Mapping[str, Score], control: str | None) -> None:
    """Raise ValueError if a metric returns other measures than it declares, or a value that is not finite."""
    due = {measure.name for measure in metric.due(control)}
    if set(scores) != due:
        odd = ", ".join(sorted(set(scores) ^ due))
        raise ValueError(f"the measures that score returned differ from those that {metric.name} declares: {odd}")
    for name, score in scores.items():
        if score.value is not None and not np.isfinite(score.value):
            raise ValueError(f"{name} is {score.value}; return a Score with value None and a reason instead")
        if score.value is None and not score.reason:
            raise ValueError(f"{name} has no value and no reason")


class _Others(Mapping[int, Any]):
    """The images of one role in every other class: floats if they take no more than 32 MiB, else a set of images."""

    def __init__(self, data: RealData, task: Task, sizes: Sizes, role: Literal["held_out", "train"]) -> None:
        self._data, self._task, self._sizes, self._role = data, task, sizes, role
        self._labels = [label for label in range(task.n_classes) if label != task.label]
        self._cut: dict[int, ImageSet] = {}

    def __getitem__(self, label: int) -> Any:
        if label not in self._labels:
            raise KeyError(label)
        if label not in self._cut:
            images = self._data.sets(label, self._task.seed, self._sizes)[self._role]
            tested = len(self._data.tested(label)) if self._role == "train" else 0
            self._cut[label] = images.take(slice(len(images) - tested))
        return handed(self._cut[label])

    def __iter__(self) -> Any:
        return iter(self._labels)

    def __len__(self) -> int:
        return len(self._labels)
