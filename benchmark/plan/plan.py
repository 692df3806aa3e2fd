"""What a run will do: its cells, under which keys, and what cannot be done and why."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Literal, TypeAlias

from benchmark.api import ConditionalGenerator, Control, Task
from benchmark.device import CPU
from benchmark.evidence import reference
from benchmark.images.real import RealData
from benchmark.images.roles import Sizes
from benchmark.plan import keys
from benchmark.plan.cells import Cell, Fit, Group, Refusal, Scored, refusal
from benchmark.plugins import parameters
from benchmark.plugins.code import code_of, core_code
from benchmark.plugins.registry import missing
from benchmark.settings import Settings
from benchmark.shards import Shard

if TYPE_CHECKING:
    from benchmark.api import AnyGenerator, Dataset, Features, Metric
    from benchmark.plugins.registry import Registry

FEW = 100  # synthetic images per class from which UMAP is worth its loading
MapMethod: TypeAlias = Literal["tsne", "umap"]


@dataclass(frozen=True)
class Plan:
    """All that a run will do: what was chosen, and the cells that follow from it.

    sizes: by n_real. generators: by configuration, controls last. metrics: by configuration. device: of the generators
    that are not light. remarks: what the user should know about the choices.
    overview: the images that were read, in lines. broken: damaged image files that were left out, and why.
    """

    settings: Settings
    registry: Registry
    data: RealData
    dataset: Dataset
    labels: tuple[int, ...]
    sizes: Mapping[int, Sizes]
    generators: Mapping[str, AnyGenerator]
    metrics: Mapping[str, Metric]
    features: Features
    device: str = CPU
    remarks: tuple[str, ...] = ()
    overview: tuple[str, ...] = ()
    broken: tuple[tuple[str, str], ...] = ()

    @cached_property
    def cells(self) -> tuple[Cell, ...]:
        """All cells, in the order of rows; with `--shard`, those of other shards are skipped."""
        found = [cell for c, g in self.generators.items() for n in self.sizes for cell in self._cells(c, g, n)]
        found.sort(key=lambda cell: cell.sort_key)
        if self._shard is None:
            return tuple(found)
        share = self._shard.share((cell.config, cell.unit) for cell in found)
        skip = f"left to another shard; this is {self._shard}"
        return tuple(c if c.unit in share else replace(c, skip=skip, elsewhere=True) for c in found)

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """The groups of cells for which there are metrics; a shard leaves them to the run over the merged stores."""
        if all(metric.scope != "generator" for metric in self.metrics.values()):
            return ()
        found: dict[tuple[str, int, int], list[Cell]] = {}
        for cell in self.cells:
            found.setdefault((cell.config, cell.task.n_real, cell.task.seed), []).append(cell)
        skip = "" if len(self.labels) > 1 else "needs at least two classes"
        if self._shard is not None:
            skip = f"left to the run over the merged shards; this is {self._shard}"
        groups = [
            Group(keys.group_key(cell.key for cell in cells), tuple(cells), skip, elsewhere=self._shard is not None)
            for cells in found.values()
        ]
        return tuple(group for group in groups if self.metrics_for(group))

    @cached_property
    def scored(self) -> tuple[Scored, ...]:
        """All cells, then all groups."""
        return (*self.cells, *self.groups)

    @property
    def notes(self) -> tuple[str, ...]:
        """What the user should know before the run."""
        if self._shard is None:
            return self.remarks
        own = sum(not cell.elsewhere for cell in self.cells)
        note = (
            f"This is shard {self._shard}: {own} of {len(self.cells)} cells. Merge the shards (bench merge), then run "
            "the same command without --shard to score over all classes and report on all cells."
        )
        return (*self.remarks, note)

    @property
    def seeds(self) -> range:
        """The seeds of the run."""
        return range(self.settings.seed, self.settings.seed + self.n_seeds)

    @property
    def n_seeds(self) -> int:
        """The number of seeds."""
        return self.settings.seeds or self.settings.usual("seeds")

    @cached_property
    def features_id(self) -> str:
        """The key of the feature space, fitted on the neutral images."""
        first = next(iter(self.sizes.values()))
        return keys.features_key(
            reference.described(self.features),
            code_of(type(self.features)),
            core_code(*keys.SCORING),
            self.data.fingerprint,
            max(sizes.neutral for sizes in self.sizes.values()),
            self.data.seen.key if self.data.seen and self.data.moved(first) else "",
        )

    @property
    def reference_id(self) -> str:
        """The id of the reference classifier."""
        return reference.reference_id(self.features, self.features_id)

    @property
    def space(self) -> str:
        """The name of the feature space in every row: `pca50`, or `cnn-1a2b3c4d` with the id of the trained network."""
        return self.features.space if self.features.classifier_name == "svc" else self.reference_id

    @property
    def workers(self) -> int:
        """The number of cells that run in parallel."""
        return self.settings.workers or cores()

    @property
    def map_points(self) -> int:
        """The most images on a joint map of the page. With 0, no map is made."""
        given = self.settings.map_points
        return given if given is not None else self.settings.usual("map_points")

    @property
    def map_methods(self) -> tuple[MapMethod, ...]:
        """The methods of the joint map: UMAP takes ten seconds to load, too long for a quick run or a few images."""
        few = all(sizes.held_out < FEW for sizes in self.sizes.values())
        return ("tsne",) if self.settings.quick or few else ("tsne", "umap")

    def metrics_for(self, scored: Scored) -> dict[str, Metric]:
        """Return the metrics that are due on a cell or a group, by configuration."""
        scope = "generator" if isinstance(scored, Group) else "cell"
        control = scored.as_control
        due = {config: metric for config, metric in self.metrics.items() if metric.due(control)}
        if control in self._only_near:  # it decides which spaces are blind, and nothing else
            due = {c: metric for c, metric in due.items() if any(control in m.near for m in metric.measures)}
        return {config: metric for config, metric in due.items() if metric.scope == scope}

    def metric_key(self, metric: Metric) -> str:
        """Return the key under which a metric's scores are kept next to a cell's samples."""
        return self._metric_keys[id(metric)]

    @cached_property
    def _metric_keys(self) -> dict[int, str]:
        core = core_code(*keys.SCORING)
        return {
            id(m): keys.metric_key(m.name, parameters.values_of(m), code_of(type(m)), core, self.features_id)
            for m in self.metrics.values()
        }

    @cached_property
    def _only_near(self) -> frozenset[str]:
        """The controls that are there for pictures only."""
        found = (g for g in self.generators.values() if isinstance(g, Control))
        return frozenset(control.name for control in found if control.pictures)

    @cached_property
    def _shard(self) -> Shard | None:
        return Shard.parse(self.settings.shard) if self.settings.shard else None

    def _cells(self, config: str, generator: AnyGenerator, n_real: int) -> list[Cell]:
        """Return the cells of one configuration at one n_real: one per class and seed."""
        sizes, device = self.sizes[n_real], CPU if generator.light else self.device
        absent, cells = missing(type(generator)), []
        for seed in self.seeds:
            recipe = self._recipe(generator, n_real, seed, device)
            tasks = {label: self._task(label, n_real, seed) for label in self.labels}
            skip = {label: refusal(generator, task) for label, task in tasks.items()}
            fit = None
            if isinstance(generator, ConditionalGenerator):
                able = tuple(task for label, task in tasks.items() if not skip[label])
                key = keys.fit_key(recipe, [task.label for task in able])
                fit = Fit(key, config, generator, able, sizes, device)
            for label, task in tasks.items():
                key = keys.cell_key(recipe, label, fit.labels if fit else None)
                no = Refusal("skipped", absent) if absent else skip[label] or Refusal("skipped", "")
                cells.append(Cell(key, config, generator, task, sizes, no.reason, no.status, fit=fit, device=device))
        return cells

    def _recipe(self, generator: AnyGenerator, n_real: int, seed: int, device: str) -> keys.Recipe:
        return keys.Recipe(
            dataset=self.data.name,
            fingerprint=self.data.fingerprint,
            n_real=n_real,
            held_out=self.sizes[n_real].held_out,
            neutral=self.sizes[n_real].neutral,
            seed=seed,
            generator=generator.name,
            parameters=parameters.values_of(generator),
            code=code_of(type(generator)),
            device=device,
            seen=self.data.seen.key if self.data.seen else "",
        )

    def _task(self, label: int, n_real: int, seed: int) -> Task:
        data, n = self.data, self.sizes[n_real].held_out
        return Task(data.name, label, data.class_names[label], n_real, n, data.shape, len(data.class_names), seed)


def cores() -> int:
    """Return the number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
