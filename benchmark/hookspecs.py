"""The hooks, one sentence each. A plugin module implements those it needs, using `benchmark.api.hookimpl`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from benchmark.api import AnyGenerator, Dataset, Features, Metric, Section, Study

hookspec = pluggy.HookspecMarker("synthassay")


@hookspec
def bench_generators() -> list[type[AnyGenerator]]:
    """Return the generator classes that this plugin provides."""


@hookspec
def bench_metrics() -> list[type[Metric]]:
    """Return the metric classes that this plugin provides."""


@hookspec
def bench_datasets() -> list[type[Dataset]]:
    """Return the dataset classes that this plugin provides."""


@hookspec
def bench_features() -> list[type[Features]]:
    """Return the feature-space classes that this plugin provides."""


@hookspec
def bench_studies() -> list[Study]:
    """Return the studies that this plugin provides, for `bench reproduce`."""


@hookspec
def bench_report_sections() -> list[type[Section]]:
    """Return the report sections that this plugin provides."""


@hookspec
def bench_run_started(run: Mapping[str, Any]) -> None:
    """React to the start of a run: `run` has its settings, the cells to compute and those that are already done."""


@hookspec
def bench_cell_finished(cell: Mapping[str, Any], result: Mapping[str, Any]) -> None:
    """React to a cell that was generated or scored, or that failed: `result` has stage, status, reason and seconds."""


@hookspec
def bench_run_finished(run: Mapping[str, Any], results: Any) -> None:
    """React to the end of a run: `results` is what `benchmark.run` returns."""
