"""The hooks, a sentence each. A plugin module implements those it needs, with `benchmark.api.hookimpl`."""

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
    """Return the generator classes that this plugin brings."""


@hookspec
def bench_metrics() -> list[type[Metric]]:
    """Return the metric classes that this plugin brings."""


@hookspec
def bench_datasets() -> list[type[Dataset]]:
    """Return the dataset classes that this plugin brings."""


@hookspec
def bench_features() -> list[type[Features]]:
    """Return the feature-space classes that this plugin brings."""


@hookspec
def bench_studies() -> list[Study]:
    """Return the studies that this plugin brings, for `bench reproduce`."""


@hookspec
def bench_report_sections() -> list[type[Section]]:
    """Return the report sections that this plugin brings."""


@hookspec
def bench_run_started(run: Mapping[str, Any]) -> None:
    """Be told that a run starts: `run` has its settings, the cells to do and those already done."""


@hookspec
def bench_cell_finished(cell: Mapping[str, Any], result: Mapping[str, Any]) -> None:
    """Be told that one cell was generated or scored, or failed; `result` has stage, status, reason and seconds."""


@hookspec
def bench_run_finished(run: Mapping[str, Any], results: Any) -> None:
    """Be told that a run ended; `results` is what `benchmark.run` returns."""
