"""The outcome of a run, read from its store: the results of cells and metrics, and the calibrated aspects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from benchmark.api import ConditionalGenerator
from benchmark.judging import calibration, faults, undecided
from benchmark.judging.aspects import ASPECTS
from benchmark.judging.calibration import Anchors, Part, Place, Table, Value
from benchmark.judging.faults import Proven
from benchmark.judging.intervals import Prior, Spread, pooled
from benchmark.judging.undecided import Undecided
from benchmark.plan.cells import Cell, Group, refusal
from benchmark.store.store import Store

if TYPE_CHECKING:
    from benchmark.api import Array
    from benchmark.plan.cells import Scored
    from benchmark.plan.plan import Plan

REFUSED = ("not-judged", "not-meaningful")  # statuses of an aspect that is not compared
RAW = Anchors(0.0, 1.0)  # on this scale, values are what they are


@dataclass
class Outcome:
    """The outcome of a run, read from its store and calibrated. All files of results are written from it."""

    plan: Plan
    store: Store
    records: dict[str, dict[str, Any]] = field(default_factory=dict)  # cell key -> cell.json's result
    scored: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)  # cell key, metric config -> scores
    table: Table = field(init=False)
    scales: dict[Place, dict[str, Anchors]] = field(default_factory=dict)
    priors: dict[str, Prior] = field(default_factory=dict)  # of the calibrated values, by configuration
    aspects: dict[tuple[str, tuple[int, int]], dict[str, Part]] = field(default_factory=dict)
    _columns: dict[tuple[str, str], dict[str, Array]] = field(default_factory=dict)
    seconds: float = 0.0
    finished: bool = True

    def __post_init__(self) -> None:
        """Read the store and calibrate."""
        measures = {m.name: m for metric in self.plan.metrics.values() for m in metric.measures}
        n_synthetic = next(iter(self.plan.sizes.values())).held_out
        self.table = Table(measures, n_synthetic, pictures=self.plan.data.pictures)
        for cell in self.plan.scored:
            self._read(cell)
        for place in dict.fromkeys(group.place for group in self.plan.groups):
            self.scales[place] = {name: calibration.anchors(self.table, place, name) for name in measures}
        for place in self.places:
            self.scales[place] = {name: calibration.anchors(self.table, place, name) for name in measures}
        judged: dict[Place, dict[str, Anchors]] = {place: self.scales[place] for place in self.places}
        for config in self.plan.generators:
            self.priors[config] = calibration.prior_of(self.table, config, judged)
            for place in self.places:
                self.aspects[config, place] = calibration.aspects_at(
                    self.table, config, place, self.scales[place], self.priors[config]
                )

    @property
    def places(self) -> list[tuple[int, int]]:
        """All combinations (label, n_real)."""
        return [(label, n) for n in self.plan.sizes for label in self.plan.labels]

    def overall(self, config: str, n_real: int) -> dict[str, Part]:
        """Return the aspects of a generator over all classes."""
        at = [self.aspects[config, (label, n_real)] for label in self.plan.labels]
        together = config in self.shared
        return {
            kind.name: calibration.over_classes([each[kind.name] for each in at], kind.name, shared=together)
            for kind in ASPECTS
        }

    def faults(self, config: str, n_real: int) -> list[Proven]:
        """Return the proven faults of a generator over all classes, the most frequent first."""
        return faults.proven(self.table, config, [place for place in self.places if place[1] == n_real])

    def undecided(self, n_real: int) -> list[Undecided]:
        """Return the disguises in which copies would pass for new images, with the classes."""
        names = {label: self.plan.data.class_names[label] for label in self.plan.labels}
        return undecided.undecided(self.table, self.plan.generators, names, n_real)

    @cached_property
    def shared(self) -> set[str]:
        """The conditional generators, whose classes share a fit and are therefore not independent."""
        return {config for config, g in self.plan.generators.items() if isinstance(g, ConditionalGenerator)}

    def fit_scores(self, aspect: str, n_real: int) -> dict[str, dict[tuple[int, int], float]]:
        """Return an aspect of each generator, unclipped, by (class, seed), for paired comparisons.

        Classes where the aspect is refused are left out: a generator that copies test images does not win on `useful`,
        nor noise on `original`.
        """
        kind = next(k for k in ASPECTS if k.name == aspect)
        return {
            config: {
                (label, seed): score
                for label in self.plan.labels
                if self.aspects[config, (label, n_real)][aspect].status not in REFUSED
                for seed, score in calibration.fits_of(
                    self.table, config, (label, n_real), kind, self.scales[label, n_real]
                ).items()
            }
            for config, generator in self.plan.generators.items()
            if not generator.control
        }

    def overall_measure(
        self, config: str, n_real: int, measure: str
    ) -> tuple[float | None, float | None, float | None]:
        """Return a measure's raw mean over classes and seeds, with its interval."""
        at_once = (config, (None, n_real), measure) in self.table.values
        labels: tuple[int | None, ...] = (None,) if at_once else self.plan.labels
        parts = [self.raw(config, (label, n_real), measure) for label in labels]
        over = calibration.over_classes(parts, measure, shared=config in self.shared)
        return (over.score, *over.interval) if over.interval else (over.score, None, None)

    def raw(self, config: str, place: Place, measure: str) -> Part:
        """Return a measure's raw mean over seeds at one place, with its interval, which stays within the bounds."""
        found = calibration.part(self._raw, config, place, measure, RAW, self._raw_priors[config])
        if found.interval is None:
            return found
        return replace(found, interval=found.interval.within(*self.table.measures[measure].bounds))

    @cached_property
    def _raw(self) -> Table:
        """The same values without anchors."""
        plain = {n: replace(m, better="higher", failing=None, zero=None) for n, m in self.table.measures.items()}
        return Table(plain, self.table.n_synthetic, self.table.values)

    @cached_property
    def _raw_priors(self) -> dict[str, Prior]:
        found: dict[str, list[Spread]] = {config: [] for config in self.plan.generators}
        for config, place, measure in self._raw.values:
            spread = calibration.spread_of(self._raw, config, place, measure, RAW)
            if spread is not None:
                found[config].append(spread)
        return {config: pooled(spreads) for config, spreads in found.items()}

    def _read(self, cell: Scored) -> None:
        place, seed = cell.place, cell.tasks[0].seed
        record = self.store.cell(cell.key) if not cell.skip else None
        result: dict[str, Any]
        if cell.skip:
            status = cell.skip_status if isinstance(cell, Cell) else "skipped"
            result = {"status": status, "reason": cell.skip}
        elif isinstance(cell, Group):
            result = self._together(cell)
        elif record is None:
            self.finished = False
            result = {"status": "skipped", "reason": "the run was interrupted before this cell", "unfinished": True}
        else:
            result = record["result"]
        self.records[cell.key] = result
        for config, metric in self.plan.metrics_for(cell).items():
            scored = self._scores(cell, metric) if result["status"] == "ok" else None
            if scored is not None:
                self.scored[cell.key, config] = scored
            for measure in metric.due(cell.as_control):
                self.table.put(
                    cell.config, place, measure.name, seed, self._value(cell, metric, measure.name, result, scored)
                )

    def _together(self, group: Group) -> dict[str, Any]:
        """Return the result of a group: ok if all of its cells are, otherwise that of the first one that is not."""
        for cell in group.cells:
            found = self.records[cell.key]
            if found["status"] != "ok":
                return {**found, "reason": f"class {cell.task.class_name}: {found['reason']}"}
        return {"status": "ok", "reason": ""}

    def _scores(self, cell: Scored, metric: Any) -> dict[str, Any] | None:
        if no := refusal(metric, *cell.tasks):
            return {"status": no.status, "reason": no.reason, "scores": {}, "seconds": None}
        key = self.plan.metric_key(metric)
        scored = self.store.scores(cell.key, key)
        if scored is None:
            self.finished = False
            return {
                "status": "skipped",
                "reason": "the run was interrupted before this was scored",
                "scores": {},
                "seconds": None,
            }
        return scored

    def columns(self, cell: Cell, config: str) -> dict[str, Array]:
        """Return the per-image values of a metric for a cell (n,), by name."""
        if (cell.key, config) not in self._columns:
            self._columns[cell.key, config] = self._arrays(cell, config, "image/")
        return self._columns[cell.key, config]

    def kept(self, cell: Cell, config: str) -> dict[str, Array]:
        """Return the arrays that a metric kept for a cell (`ctx.keep`), by name."""
        return self._arrays(cell, config, "kept/")

    def _arrays(self, cell: Scored, config: str, prefix: str) -> dict[str, Array]:
        if not self.scored.get((cell.key, config), {}).get("arrays"):
            return {}
        arrays = self.store.kept(cell.key, self.plan.metric_key(self.plan.metrics[config]))
        return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}

    def _value(
        self, cell: Scored, metric: Any, measure: str, result: Mapping[str, Any], scored: Mapping[str, Any] | None
    ) -> Value:
        if scored is None:
            return Value(None, status=result["status"], reason=result["reason"])
        if measure not in scored["scores"]:
            status = scored["status"] if scored["status"] != "ok" else "failed"
            return Value(None, status=status, reason=scored["reason"])
        score = scored["scores"][measure]
        status = "ok" if score["value"] is not None else "not-judged"
        return Value(score["value"], score["sd"], status, score["reason"])
