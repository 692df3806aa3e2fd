"""Fresh real images, scored many times as if a generator had made them, in one process: cheap repeats."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np

from benchmark.api import Context, Images, Metric, Task
from benchmark.audits.candidates import FreshAgain
from benchmark.evidence.evidence import CellEvidence
from benchmark.evidence.reference import FeatureSpace, prepare
from benchmark.images.real import RealData, load
from benchmark.images.roles import Sizes
from benchmark.judging.calibration import Table, Value
from benchmark.plugins.registry import discover
from benchmark.seeds import random

FRESH, REAL = FreshAgain.name, "real"
METRICS = ("mixing", "clipped", "texture", "tone", "prdc", "diversity", "nearest_neighbour", "strokes", "blank")


class Bench:
    """The metrics and controls on one dataset, with `n` images per role and cell."""

    def __init__(self, dataset: str, folder: Path | None, n: int) -> None:
        """Load the data, from `folder` if the dataset is not in the package."""
        self.registry = discover()
        self.data: RealData = load(self.registry.get("datasets", dataset)(), folder)
        self.sizes = Sizes(n, n, 200, draws=3)
        self.metrics: dict[str, Metric] = {name: self.registry.get("metrics", name)() for name in METRICS}

    @cached_property
    def space(self) -> FeatureSpace:
        """The default features, fitted on the neutral images of all classes."""
        data, classes = self.data, range(len(self.data.class_names))
        neutral = [data.roles(label, 0, self.sizes)["neutral"] for label in classes]
        labels = np.repeat(np.arange(len(neutral)), [len(images) for images in neutral])
        features = self.registry.get("features", "pca")()
        return prepare(features, np.concatenate(neutral), labels, random(0, "features", data.name))

    def table(self, labels: Iterable[int], seeds: Sequence[int]) -> Table:
        """Return the values of fresh images and of the controls. Failing controls are scored for the first seed only.

        That is enough: they mark 0, far from fresh images.
        """
        measures = {m.name: m for metric in self.metrics.values() for m in metric.measures}
        table = Table(measures, self.sizes.held_out)
        for label in labels:
            for seed in seeds:
                failing = ("noise", "copy", "repeat") if seed == seeds[0] else ()
                self._score(table, label, seed, (FRESH, REAL, *failing))
        return table

    def _score(self, table: Table, label: int, seed: int, configs: Iterable[str]) -> None:
        data, n = self.data, self.sizes.held_out
        own = data.roles(label, seed, self.sizes)
        task = Task(
            data.name, label, data.class_names[label], self.sizes.train, n, data.shape, len(data.class_names), seed
        )
        for config in configs:
            images = self._made(config, own, seed)
            evidence = CellEvidence(
                task, images, own["train"], own["held_out"], data.test[:0], data.test_labels[:0], {}, self.space
            )
            for name, metric in self.metrics.items():
                scores = metric.score(evidence, Context(random(seed, "score", config, label, name)))
                for measure, score in scores.items():
                    table.put(config, (label, self.sizes.train), measure, seed, Value(score.value, score.sd))

    def _made(self, config: str, own: dict[str, Images], seed: int) -> Images:
        if config in (FRESH, REAL):
            return own["spare" if config == FRESH else "fresh"]
        control = self.registry.get("generators", config)()
        control.fit(own["train"], Context(random(seed, "fit", config)))
        return np.clip(control.sample(self.sizes.held_out, Context(random(seed, "sample", config))), 0, 1)
