"""From settings to cells: what will be run, under which keys, and what cannot be done and why."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Literal, TypeAlias

from benchmark.api import ConditionalGenerator, Task
from benchmark.device import CPU, NO_GPU, gpu_or_cpu
from benchmark.errors import InputError
from benchmark.evidence import reference
from benchmark.images.real import RealData
from benchmark.images.roles import Sizes
from benchmark.plan import keys
from benchmark.plan.cells import ALL, Cell, Fit
from benchmark.plan.real_images import Basis, basis
from benchmark.plugins import parameters, selectors
from benchmark.plugins.code import code_of, core_code
from benchmark.plugins.registry import missing
from benchmark.settings import Settings
from benchmark.shards import Shard

if TYPE_CHECKING:
    from benchmark.api import AnyGenerator, Dataset, Features, Metric
    from benchmark.plugins.registry import Registry

FEW = 100  # synthetic images of a class from which UMAP is worth its loading
MAP_POINTS = {False: 4000, True: 1000}  # of the page's map, by --quick
MapMethod: TypeAlias = Literal["tsne", "umap"]


@dataclass(frozen=True)
class Plan:
    """All that a run will do."""

    settings: Settings
    registry: Registry
    data: RealData
    dataset: Dataset
    labels: tuple[int, ...]
    sizes: Mapping[int, Sizes]  # by n_real
    generators: Mapping[str, AnyGenerator]  # by configuration, controls last
    metrics: Mapping[str, Metric]  # by configuration
    features: Features
    features_id: str
    cells: tuple[Cell, ...]
    notes: tuple[str, ...] = field(default=())
    groups: tuple[Cell, ...] = field(default=())
    device: str = CPU  # of generators that are not light

    @property
    def seeds(self) -> range:
        """The seeds of the run."""
        return range(self.settings.seed, self.settings.seed + self.n_seeds)

    @property
    def n_seeds(self) -> int:
        """How many seeds there are."""
        return self.settings.seeds or (1 if self.settings.quick else 3)

    @property
    def reference_id(self) -> str:
        """The id of the reference classifier."""
        return reference.reference_id(self.features, self.features_id)

    @property
    def space(self) -> str:
        """The name of the feature space in every row: `pca50`, or with the id of what was trained, `cnn-1a2b3c4d`."""
        return self.features.space if self.features.classifier_name == "svc" else self.reference_id

    @property
    def workers(self) -> int:
        """Cells that run at once."""
        return self.settings.workers or cores()

    @property
    def map_points(self) -> int:
        """The most images on a joint map of the page; 0: none is made."""
        given = self.settings.map_points
        return given if given is not None else MAP_POINTS[self.settings.quick]

    @property
    def map_methods(self) -> tuple[MapMethod, ...]:
        """What the joint map is made by: UMAP takes ten seconds to load, which a quick run or a few images have not."""
        few = all(sizes.held_out < FEW for sizes in self.sizes.values())
        return ("tsne",) if self.settings.quick or few else ("tsne", "umap")

    def metrics_for(self, cell: Cell) -> dict[str, Metric]:
        """Return the metrics that are due on a cell, by configuration."""
        scope = "generator" if cell.members else "cell"
        due = {config: metric for config, metric in self.metrics.items() if metric.due(cell.as_control)}
        return {config: metric for config, metric in due.items() if metric.scope == scope}

    def metric_key(self, metric: Metric) -> str:
        """Return the key under which a metric's scores are kept beside a cell's samples."""
        return self._metric_keys[id(metric)]

    @cached_property
    def _metric_keys(self) -> dict[int, str]:
        core = core_code(*keys.SCORING)
        return {
            id(m): keys.metric_key(m.name, parameters.values_of(m), code_of(type(m)), core, self.features_id)
            for m in self.metrics.values()
        }


def cores() -> int:
    """Return the cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def make(settings: Settings, registry: Registry, *, draws: int = 2) -> Plan:
    """Check all settings and lay out the cells (draws: see `protocol.Sizes`). Raises InputError; nothing is written."""
    generators = _generators(settings, registry)
    return lay_out(settings, registry, generators, lambda: basis(settings, registry, draws))


def lay_out(
    settings: Settings, registry: Registry, generators: Mapping[str, AnyGenerator], basis_of: Callable[[], Basis]
) -> Plan:
    """Return the plan of generators on real images; `basis_of` brings these once all words are checked."""
    metrics = _metrics(settings, registry)
    features = selectors.select(settings.features, registry.features, "features")
    if len(features) != 1:
        raise InputError(
            f"--features {settings.features!r} names {len(features)} spaces; "
            "scores of different spaces are never mixed, name one."
        )
    if problem := missing(type(features[0])):
        raise InputError(f"--features {settings.features} {problem}.")
    basis = basis_of()
    data, sizes, notes = basis.data, basis.sizes, list(basis.notes)
    first = next(iter(sizes.values()))
    device = gpu_or_cpu() if settings.device == "auto" else CPU
    if settings.device != device == CPU:
        notes.append(NO_GPU)
    features_id = keys.features_key(
        parameters.config_of(features[0]),
        code_of(type(features[0])),
        core_code(*keys.SCORING),
        data.fingerprint,
        max(s.neutral for s in sizes.values()),
        data.seen.key if data.seen and data.moved(first) else "",
    )
    plan = Plan(
        settings,
        registry,
        data,
        basis.dataset,
        tuple(sorted(basis.labels)),
        sizes,
        generators,
        metrics,
        features[0],
        features_id,
        (),
        tuple(notes),
        device=device,
    )
    cells = [
        _cell(plan, config, generator, label, n_real, seed)
        for config, generator in generators.items()
        for label in plan.labels
        for n_real in sizes
        for seed in plan.seeds
    ]
    cells.sort(key=lambda cell: cell.sort_key)
    plan = replace(plan, cells=tuple(cells))
    plan = replace(plan, groups=tuple(group for group in _groups(plan) if plan.metrics_for(group)))
    return _shard(plan, Shard.parse(settings.shard)) if settings.shard else plan


def _shard(plan: Plan, shard: Shard) -> Plan:
    """Leave the cells of other shards out, and all groups: these take cells of every shard."""
    share = shard.share((cell.config, cell.unit) for cell in plan.cells)
    skip = f"left to another shard; this is {shard}"
    cells = [c if c.unit in share else replace(c, skip=skip, elsewhere=True) for c in plan.cells]
    later = f"left to the run over the merged shards; this is {shard}"
    note = (
        f"This is shard {shard}: {sum(not c.elsewhere for c in cells)} of {len(cells)} cells. Merge the shards "
        "(bench merge), then give the same command without --shard: for all cells, and what is scored over all classes."
    )
    groups = tuple(replace(group, skip=later, elsewhere=True) for group in plan.groups)
    return replace(plan, cells=tuple(cells), groups=groups, notes=(*plan.notes, note))


def controls(registry: Registry) -> dict[str, AnyGenerator]:
    """Return the controls, which are in every run."""
    return {name: plugin() for name, plugin in registry.generators.items() if plugin.control}


def _generators(settings: Settings, registry: Registry) -> dict[str, AnyGenerator]:
    known = {name: plugin for name, plugin in registry.generators.items() if not plugin.control}
    fixed = controls(registry)
    for selector in selectors.split(settings.generators):
        if selector in fixed:
            raise InputError(
                f"{selector!r} is a control: it is in every run; name a generator: {', '.join(sorted(known))}."
            )
    chosen = selectors.select(settings.generators, known, "generator", settings.exclude)
    return {parameters.config_of(g): g for g in [*chosen, *fixed.values()]}


def _metrics(settings: Settings, registry: Registry) -> dict[str, Metric]:
    known = registry.metrics
    wanted = settings.metrics or ",".join(name for name, metric in known.items() if metric.default)
    chosen = selectors.select("*" if wanted == "all" else wanted, known, "metric")
    twice = [m.name for m in chosen if sum(other.name == m.name for other in chosen) > 1]
    if twice:
        raise InputError(
            f"--metrics names {twice[0]!r} with several settings; a measure is one number a cell, name one."
        )
    return {parameters.config_of(m): m for m in chosen}


def _cell(plan: Plan, config: str, generator: AnyGenerator, label: int, n_real: int, seed: int) -> Cell:
    data, sizes, task = plan.data, plan.sizes[n_real], _task(plan, label, n_real, seed)
    device = CPU if generator.light else plan.device
    recipe = keys.Recipe(
        data.name,
        data.fingerprint,
        n_real,
        sizes.held_out,
        sizes.neutral,
        seed,
        generator.name,
        parameters.values_of(generator),
        code_of(type(generator)),
        device,
        data.seen.key if data.seen else "",
    )
    skip = missing(type(generator)) or generator.skip(task) or ""
    if not isinstance(generator, ConditionalGenerator):
        return Cell(keys.cell_key(recipe, label), config, generator, task, sizes, skip, device=device)
    labels = tuple(each for each in plan.labels if not generator.skip(_task(plan, each, n_real, seed)))
    fit = Fit(keys.fit_key(recipe, labels), labels)
    return Cell(keys.cell_key(recipe, label, labels), config, generator, task, sizes, skip, fit=fit, device=device)


def _task(plan: Plan, label: int, n_real: int, seed: int) -> Task:
    data, n = plan.data, plan.sizes[n_real].held_out
    return Task(data.name, label, data.class_names[label], n_real, n, data.shape, len(data.class_names), seed)


def _groups(plan: Plan) -> list[Cell]:
    """Return the groups of cells that differ in their class alone."""
    members: dict[tuple[str, int, int], list[Cell]] = {}
    for cell in plan.cells:
        members.setdefault((cell.config, cell.task.n_real, cell.task.seed), []).append(cell)
    groups = []
    for cells in members.values():
        first = cells[0]
        task = replace(first.task, label=ALL, class_name="")
        key = keys.group_key(cell.key for cell in cells)
        skip = "" if len(cells) > 1 else "needs two classes at least: there is nothing to tell one from"
        groups.append(replace(first, key=key, task=task, skip=skip, members=tuple(cells), fit=None))
    return groups
