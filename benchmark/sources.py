"""Where the processes of a run find what they work with, in a form that travels."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from benchmark import parameters, plugins
from benchmark.cell import DataSource, Loadable

if TYPE_CHECKING:
    from benchmark.api import Plugin
    from benchmark.plan import Plan


def loadable(plugin: Plugin) -> Loadable:
    """Return a configured plugin in a form that travels."""
    return Loadable(plugins.origin_of(type(plugin)), parameters.values_of(plugin), plugins.code_of(type(plugin)))


def data_source(plan: Plan) -> DataSource:
    """Return how a process gets the plan's real images."""
    folder = plan.settings.data_dir
    where = str(Path(folder).resolve()) if folder else ""
    return DataSource(loadable(plan.dataset), where, plan.data.fingerprint, plan.data.seen)
