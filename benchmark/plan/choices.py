"""What the settings of a run name: generators, metrics and features, found and checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from benchmark.api import Control
from benchmark.device import CPU, NO_GPU, gpu_or_cpu
from benchmark.errors import InputError, naming
from benchmark.plan import spaces
from benchmark.plan.plan import Plan
from benchmark.plan.real_images import Basis, basis
from benchmark.plugins import parameters, selectors
from benchmark.plugins.raised import calling
from benchmark.settings import AUTO, Settings

if TYPE_CHECKING:
    from benchmark.api import AnyGenerator, Features, Metric
    from benchmark.plugins.registry import Registry


def make(settings: Settings, registry: Registry, *, draws: int = 2) -> Plan:
    """Check all settings and return the plan of a run (draws: see `roles.Sizes`).

    Raises InputError. Nothing is written.
    """
    return resolve(settings, registry, _generators(settings, registry), lambda: basis(settings, registry, draws))


def resolve(
    settings: Settings,
    registry: Registry,
    generators: Mapping[str, AnyGenerator],
    basis_of: Callable[[], Basis],
    given: Features | None = None,
) -> Plan:
    """Return the plan of generators on real images, which `basis_of` reads once all names are checked.

    given: the feature space, if it comes with the images.
    """
    metrics, named = _metrics(settings, registry), given or _named(settings, registry)
    basis = basis_of()
    features, notes = (named, []) if named else spaces.usual(basis.data, registry)
    if not basis.data.pictures:
        generators = {c: g for c, g in generators.items() if not (isinstance(g, Control) and g.pictures)}
    device = gpu_or_cpu() if settings.device == "auto" else CPU
    if settings.device != device == CPU:
        notes.append(NO_GPU)
    return Plan(
        settings=settings,
        registry=registry,
        data=basis.data,
        dataset=basis.dataset,
        labels=tuple(sorted(basis.labels)),
        sizes=basis.sizes,
        generators=generators,
        metrics=metrics,
        features=features,
        device=device,
        remarks=(*basis.notes, *notes),
        overview=basis.overview,
        broken=basis.broken,
    )


def controls(registry: Registry) -> dict[str, AnyGenerator]:
    """Return the controls, which are in every run."""
    return {name: plugin() for name, plugin in registry.generators.items() if plugin.control}


def _generators(settings: Settings, registry: Registry) -> dict[str, AnyGenerator]:
    known = {name: plugin for name, plugin in registry.generators.items() if not plugin.control}
    fixed = controls(registry)
    with naming(settings.flag("generators")):
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
    with naming(settings.flag("metrics")):
        chosen = selectors.select("*" if wanted == "all" else _resolved(wanted, known), known, "metric")
    twice = [m.name for m in chosen if sum(other.name == m.name for other in chosen) > 1]
    if twice:
        raise InputError(
            f"--metrics names {twice[0]!r} with several settings; a measure is one number per cell, so name one."
        )
    for metric in chosen:
        _check_due(metric, registry)
    return {parameters.config_of(m): m for m in chosen}


def _resolved(wanted: str, known: Mapping[str, type[Metric]]) -> str:
    """Return selectors with the names that other tools use, in any capitals, replaced by ours: FID by frechet."""
    names = {alias: name for name, metric in known.items() for alias in (name.lower(), *metric.aliases)}
    parts = [selector.partition("[") for selector in selectors.split(wanted)]
    if not parts:
        return wanted
    return ",".join((name if name in known else names.get(name.lower(), name)) + b + rest for name, b, rest in parts)


def _check_due(metric: Metric, registry: Registry) -> None:
    """Raise InputError if `due` fails, or returns something else than measures that the metric declares."""
    for control in (None, *(name for name, plugin in registry.generators.items() if plugin.control)):
        with calling(metric, "due"):
            if not set(metric.due(control)) <= set(metric.measures):
                raise ValueError(f"for {control!r} it returns measures that are not declared")


def _named(settings: Settings, registry: Registry) -> Features | None:
    """Return the space that the user names, or None for one that fits the images."""
    if settings.features == AUTO:
        return None
    with naming(settings.flag("features")):
        return spaces.named(settings.features, registry)
