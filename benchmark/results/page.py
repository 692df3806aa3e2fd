"""Everything drawn from a report: report.html, figures, an excerpt for notebooks, and the page of a study.

This is the only module that imports the renderer, the modules of `reports` that are not plugins.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import quote

from benchmark.images.image_set import handed
from benchmark.results import joint_maps
from benchmark.results.images_csv import columns_of
from benchmark.store.records import write_text
from benchmark.text import escaped
from reports import _figures, _notebook, _page, _study

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from benchmark.api import Array, Images, Section
    from benchmark.plugins.registry import Registry
    from benchmark.results.read import Outcome

Write: TypeAlias = Callable[[Path, str], None]


def sections(registry: Registry) -> list[Section]:
    """Return the report's sections, from top to bottom."""
    return sorted((section() for section in registry.report_sections.values()), key=lambda s: (s.order, s.name))


def write_page(
    report: Mapping[str, Any], registry: Registry, target: Path, assets: Path | None = None, write: Write = write_text
) -> str:
    """Write the page of a report to `target`, and its images into the folder `assets` if one is given.

    write: puts a text into a file.
    Returns a sentence about the size if the page is too large, else "".
    """
    beside = "" if assets is None else quote(Path(os.path.relpath(assets, target.parent)).as_posix())
    page = _page.compose(report, sections(registry), beside)
    if assets is not None:
        assets.mkdir(parents=True, exist_ok=True)
        for name, content in page.files.items():
            (assets / name).write_bytes(content)
    write(target, escaped(page.html))
    return page.warning


def excerpt(report: Mapping[str, Any]) -> str:
    """Return the verdict and the images of a report as a piece of HTML, for notebooks."""
    return _notebook.excerpt(report)


def plot(report: Mapping[str, Any]) -> Figure:
    """Return the figure of all scores with their intervals."""
    return _figures.first(report)


def write_figures(report: Mapping[str, Any], folder: Path, formats: Sequence[str]) -> list[Path]:
    """Write the figures of a report for a publication, each in every format; return their paths."""
    return _figures.write(report, folder, formats)


def write_study(study: Mapping[str, Any], folder: Path) -> Path:
    """Write study.html into `folder`, with the figures found there embedded; return its path."""
    target = folder / "study.html"
    write_text(target, _study.render_study(study, folder))
    return target


def _points(curve: Array) -> list[list[float | None]]:
    """Return the points of a curve (m, 2) as plain values: None, a gap, for what is not finite."""
    return [[step, value if math.isfinite(value) else None] for step, value in curve.tolist()]


class StoredSource:
    """What a section collects from (see `benchmark.api.Source`)."""

    def __init__(self, outcome: Outcome, report: Mapping[str, Any]) -> None:
        """Read from a run's store."""
        self.report, self._outcome = report, outcome

    def samples(self, cell: str) -> Images:
        """Return the synthetic images of a cell: floats, or a set to pick from if these take over 32 MiB."""
        return handed(self._outcome.store.sample_set(cell))  # type: ignore[no-any-return]

    def kept(self, cell: str, metric: str) -> Mapping[str, Array]:
        """Return the arrays that a metric kept for a cell; empty where it kept none."""
        for plugin in self._outcome.plan.metrics.values():
            if plugin.name == metric:
                arrays = self._outcome.store.kept(cell, self._outcome.plan.metric_key(plugin))
                return {name[5:]: array for name, array in arrays.items() if name.startswith("kept/")}
        return {}

    def per_image(self, cell: str) -> Mapping[str, Array]:
        """Return the columns of images.csv that describe the images of a cell."""
        return columns_of(self._outcome, next(c for c in self._outcome.plan.cells if c.key == cell))

    def history(self, cell: str) -> Mapping[str, Any]:
        """Return what a generator logged: unit, curves, snapshots."""
        arrays = self._outcome.store.history(cell)
        return {
            "unit": self._outcome.records[cell].get("unit", "step"),
            "curves": {name[6:]: _points(array) for name, array in arrays.items() if name.startswith("curve/")},
            "snapshots": {int(name[9:]): array for name, array in arrays.items() if name.startswith("snapshot/")},
        }

    def joint_map(self, n_real: int) -> Mapping[str, Any] | None:
        """Return the joint map of all generators and held-out images, or None."""
        return joint_maps.stored(self._outcome.plan, self._outcome.store, n_real)

    def real(self, label: int, role: str, n_real: int, seed: int) -> Images:
        """Return the real images of a class and role, likewise."""
        plan = self._outcome.plan
        return handed(plan.data.sets(label, seed, plan.sizes[n_real])[role])  # type: ignore[no-any-return]
