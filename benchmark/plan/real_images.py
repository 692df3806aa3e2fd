"""The real images of a plan: which dataset, which classes, and how many of each role."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from benchmark.errors import InputError, naming
from benchmark.images.classes import parse_classes
from benchmark.images.reading import absent, asked, kind_of
from benchmark.images.reading.own import OwnImages
from benchmark.images.real import RealData, load
from benchmark.images.roles import Sizes, fit_sizes
from benchmark.plan.overview import overview
from benchmark.plugins import selectors
from benchmark.plugins.raised import calling
from benchmark.settings import DATASET, Settings

if TYPE_CHECKING:
    from benchmark.api import Dataset
    from benchmark.plugins.registry import Registry


@dataclass(frozen=True)
class Basis:
    """The real images of a plan: which classes, and how many of each role by n_real."""

    dataset: Dataset
    data: RealData
    labels: tuple[int, ...]
    sizes: Mapping[int, Sizes]
    notes: list[str]
    overview: tuple[str, ...] = ()  # what was read: classes and counts
    broken: tuple[tuple[str, str], ...] = ()  # damaged files that were left out, and why


def basis(settings: Settings, registry: Registry, draws: int = 2) -> Basis:
    """Return the real images that the settings of a run ask for (draws: see `roles.Sizes`). Raises InputError."""
    dataset, data = load_data(settings, registry)
    with naming(settings.flag("classes")):
        labels = tuple(data.class_names.index(word) for word in parse_classes(settings.classes, data.class_names))
    sizes, notes = _sizes(settings, data, draws)
    notes = [*data.account.sentences, *notes]
    seen = (overview(data, settings.data_dir),)
    return Basis(dataset, data, labels, sizes, notes, seen, data.account.broken)


def dataset_name(settings: Settings) -> str:
    """Return the dataset plugin of a run: the one that is set, else the one that reads `data_dir`, else the default."""
    if settings.dataset or not settings.data_dir:
        return settings.dataset or DATASET
    with naming(settings.flag("data_dir")):
        return kind_of(Path(settings.data_dir))


def load_data(settings: Settings, registry: Registry) -> tuple[Dataset, RealData]:
    """Read the dataset that the settings ask for. Raises InputError."""
    flag = settings.flag("dataset")
    with naming(flag):
        chosen = selectors.select(dataset_name(settings), registry.datasets, "dataset")
    if len(chosen) != 1:
        raise InputError(f"{flag} {settings.dataset!r} names {len(chosen)} datasets; name only one.")
    dataset = chosen[0]
    if settings.data_dir and not dataset.takes_folder:
        able = ", ".join(sorted(name for name, plugin in registry.datasets.items() if plugin.takes_folder))
        raise InputError(
            f"dataset {dataset.name!r} takes no --data-dir; the datasets that read a folder are: {able}; leave out "
            f"{settings.data_dir!r}."
        )
    if isinstance(dataset, OwnImages):
        dataset.how = asked(settings)
    elif settings.COMMAND == "run" and (settings.convert or settings.fit or settings.skip_broken):
        option = "convert" if settings.convert else "fit" if settings.fit else "skip-broken"
        raise InputError(f"--{option} is for your own images (--data-dir); dataset {dataset.name!r} is read as it is.")
    if not settings.data_dir:
        with calling(dataset, "load"):
            return dataset, load(dataset, None)
    with naming(settings.flag("data_dir")):
        if not Path(settings.data_dir).exists():
            raise absent(Path(settings.data_dir))
        with calling(dataset, "load"):
            data = load(dataset, Path(settings.data_dir))
        data.account.check(strict=settings.strict)
        return dataset, data


def _sizes(settings: Settings, data: RealData, draws: int) -> tuple[dict[int, Sizes], list[str]]:
    """Return the sizes for each n_real. The largest determines the other roles, so that these are always the same."""
    asked = max(settings.n_real or [settings.usual("n_real")])
    wanted = Sizes(asked, settings.n_synthetic or settings.usual("n_synthetic"), draws=draws)
    fitted = fit_sizes(
        min(data.counts),
        wanted,
        typed_train=settings.n_real is not None,
        typed_held_out=settings.n_synthetic is not None,
    )
    notes = []
    if fitted != wanted:
        notes.append(
            f"The smallest class has {min(data.counts)} training images, so sizes were reduced: "
            f"{fitted.train} training, "
            f"{fitted.held_out} held-out and as many fresh and synthetic, {fitted.neutral} neutral images per class."
        )
    return {n: replace(fitted, train=n) for n in sorted(settings.n_real or (fitted.train,))}, notes
