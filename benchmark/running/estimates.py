"""Estimates how long the remaining work will take, from the times of finished cells or else from typical values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from benchmark.plan.cells import Fit
from benchmark.plugins import parameters

if TYPE_CHECKING:
    from benchmark.plan.plan import Plan
    from benchmark.running.pending import State
    from benchmark.store.store import Store

TYPICAL = {"seconds": 1.0, "minutes": 45.0}
SCORING = 6.0  # seconds per cell, if nothing has been measured yet


def known_times(plan: Plan, store: Store) -> dict[str, list[float]]:
    """Return the seconds that stored cells took, by configuration and by 'metric <configuration>'."""
    spent: dict[str, list[float]] = {}
    for cell in plan.cells:
        record = store.cell(cell.key) if not cell.skip else None
        if record is None or record["result"]["status"] != "ok":
            continue
        result = record["result"]
        spent.setdefault(cell.config, []).append(result["fit_seconds"] + result["sample_seconds"])
        for config, metric in plan.metrics_for(cell).items():
            scored = store.scores(cell.key, plan.metric_key(metric))
            if scored is not None and scored["status"] == "ok":
                spent.setdefault(f"metric {config}", []).append(scored["seconds"])
    return spent


def estimate(states: Iterable[State], spent: Mapping[str, list[float]]) -> float:
    """Return the seconds of work on one core: the mean time of the same work so far, or else a typical value."""
    means = {name: sum(seconds) / len(seconds) for name, seconds in spent.items()}
    names: dict[int, str] = {}  # names of metrics, cached because there are many cells but few metrics
    total = 0.0
    for state in states:
        if state.generate and not isinstance(state.work, Fit):  # the time of a fit is that of its cells
            total += means.get(state.work.config, TYPICAL[state.work.generator.cost])
        for metric in state.metrics.values():
            if id(metric) not in names:
                names[id(metric)] = f"metric {parameters.config_of(metric)}"
        known = [means[name] for m in state.metrics.values() if (name := names[id(m)]) in means]
        total += sum(known) if known else SCORING * bool(state.metrics)
    return total
