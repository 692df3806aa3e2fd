"""The results of a study's runs, in the form that its claims use (see `benchmark.study.Findings`)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from benchmark.judging import calibration
from benchmark.results.page import StoredSource
from benchmark.study import CannotTell, Estimate, Paired

if TYPE_CHECKING:
    from benchmark.api import Array, Images
    from benchmark.judging.calibration import Part
    from benchmark.plan.cells import Cell
    from benchmark.results.results import Results


@dataclass
class StoredFindings:
    """Reads the results of a study's runs. If something is missing, methods raise CannotTell with the reason."""

    results: Mapping[str, Results]
    folder: Path  # where embeddings are cached
    reduced: bool = False
    full: bool = False

    def labels(self, run: str) -> tuple[int, ...]:
        """Return the labels of a run's classes."""
        return self.results[run].plan.labels

    def seeds(self, run: str) -> tuple[int, ...]:
        """Return a run's seeds."""
        return tuple(self.results[run].plan.seeds)

    def mean(self, run: str, config: str, measure: str) -> Estimate:
        """Return a measure's raw mean over classes and seeds."""
        self._there(run, config)
        value, lo, hi = self.results[run].overall_measure(config, self._n_real(run), measure)
        if value is None:
            raise CannotTell(self._why(run, config, measure))
        return Estimate(value, lo, hi)

    def calibrated(self, run: str, config: str, measure: str) -> Estimate:
        """Return a measure's calibrated mean over classes."""
        self._there(run, config)
        results = self.results[run]
        parts = [
            calibration.part(
                results.table, config, place, measure, results.scales[place][measure], results.priors[config]
            )
            for place in results.places
        ]
        return _estimate(calibration.over_classes(parts, measure))

    def aspect(self, run: str, config: str, aspect: str) -> Estimate:
        """Return an aspect over all classes."""
        self._there(run, config)
        return _estimate(self.results[run].overall(config, self._n_real(run))[aspect])

    def fits(self, run: str, config: str, measure: str) -> Mapping[tuple[int, int], float]:
        """Return a measure's raw values by (label, seed)."""
        self._there(run, config)
        found = {
            (label, seed): value.value
            for label in self.labels(run)
            for seed, value in self.results[run].table.fits(config, (label, self._n_real(run)), measure).items()
            if value.value is not None
        }
        if not found:
            raise CannotTell(self._why(run, config, measure))
        return found

    def compare(self, run: str, aspect: str, a: str, b: str) -> Paired:
        """Return the exact paired comparison of two configurations in one aspect."""
        self._there(run, a)
        self._there(run, b)
        for entry in self.results[run].summary["comparisons"]:
            for pair in entry["pairs"] if entry["aspect"] == aspect else ():
                if pair["over"] == "fits" and {pair["a"], pair["b"]} == {a, b}:
                    return _paired(pair, turned=pair["a"] == b)
        raise CannotTell(f"there are no pairs to compare {a} and {b} in {aspect}")

    def per_image(self, run: str, config: str, label: int, seed: int) -> Mapping[str, Array]:
        """Return the columns of images.csv for one cell."""
        return self._source(run).per_image(self._cell(run, config, label, seed).key)

    def samples(self, run: str, config: str, label: int, seed: int) -> Images:
        """Return the synthetic images of one cell."""
        return self._source(run).samples(self._cell(run, config, label, seed).key)

    def real(self, run: str, role: str, label: int, seed: int) -> Images:
        """Return the real images of one role."""
        return self._source(run).real(label, role, self._n_real(run), seed)

    def split(self, run: str, which: Literal["train", "test"]) -> tuple[Images, Array]:
        """Return all images of a split of the dataset, and their labels."""
        data = self.results[run].plan.data
        return (data.test, data.test_labels) if which == "test" else (data.images.images, data.labels)

    def history(self, run: str, config: str, label: int, seed: int) -> Mapping[str, Any]:
        """Return what a generator logged."""
        return self._source(run).history(self._cell(run, config, label, seed).key)

    def embed(self, images: Images, dimensions: tuple[int, ...]) -> Mapping[int, Array]:
        """Return t-SNE maps of the images' principal components, one per number of dimensions, cached on disk."""
        from sklearn.decomposition import PCA

        from benchmark.evidence.embedding import embed

        flat = np.ascontiguousarray(images, dtype=np.float32).reshape(len(images), -1)
        path = self.folder / f"tsne-{hashlib.sha256(flat.tobytes()).hexdigest()[:16]}.npz"
        found: dict[int, Array] = {}
        if path.is_file():
            with np.load(path, allow_pickle=False) as file:
                found = {int(name): file[name] for name in file.files}
        if missing := tuple(d for d in dimensions if d not in found):
            features = PCA(50, random_state=0, svd_solver="randomized").fit_transform(flat)
            found |= {d: e.points for d, e in embed(features.astype(np.float32), "tsne", missing).items()}
            path.parent.mkdir(parents=True, exist_ok=True)
            np.savez(path, **{str(d): points for d, points in found.items()})  # type: ignore[arg-type]
        return found

    def plugin(self, kind: str, name: str) -> Any:
        """Return a new instance of a plugin with its default parameters."""
        from benchmark.plugins.registry import missing

        found = next(iter(self.results.values())).plan.registry.get(kind, name)
        if problem := missing(found):
            raise CannotTell(f"{name} {problem}")
        return found()

    def _n_real(self, run: str) -> int:
        return next(iter(self.results[run].plan.sizes))

    def _source(self, run: str) -> StoredSource:
        return StoredSource(self.results[run], {})

    def _cell(self, run: str, config: str, label: int, seed: int) -> Cell:
        self._there(run, config)
        results = self.results[run]
        for cell in results.plan.cells:
            if (cell.config, cell.task.label, cell.task.seed) == (config, label, seed):
                if results.records[cell.key]["status"] != "ok":
                    raise CannotTell(f"{config}: {results.records[cell.key]['reason']}")
                return cell
        raise CannotTell(f"{config} was not run on class {label} with seed {seed}")

    def _there(self, run: str, config: str) -> None:
        """Raise CannotTell if no cell of a configuration succeeded."""
        results = self.results[run]
        records = [results.records[cell.key] for cell in results.plan.cells if cell.config == config]
        if not records:
            raise CannotTell(f"{config} was not run; there are: {', '.join(results.plan.generators)}")
        if all(record["status"] != "ok" for record in records):
            raise CannotTell(f"{config} {records[0]['reason']}")

    def _why(self, run: str, config: str, measure: str) -> str:
        table, n_real = self.results[run].table, self._n_real(run)
        for label in self.labels(run):
            for value in table.fits(config, (label, n_real), measure).values():
                if value.value is None:
                    return f"{measure} of {config}: {value.reason}"
        return f"{measure} of {config} was not measured"


def _estimate(part: Part) -> Estimate:
    if part.score is None:
        raise CannotTell(f"{part.name}: {part.reason}")
    return Estimate(part.score, *(part.interval or (None, None)))


def _paired(pair: Mapping[str, Any], *, turned: bool) -> Paired:
    sign = -1 if turned else 1
    ends = [] if pair["lo"] is None else sorted((sign * pair["lo"], sign * pair["hi"]))
    word = {">": "<", "<": ">"}.get(pair["word"], pair["word"]) if turned else pair["word"]
    return Paired(Estimate(sign * pair["difference"], *ends), pair["holm"], pair["n"], word)
