"""A report of real digits: images, neighbours and embeddings are computed; scores are made up, in their true shape."""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

from benchmark.api import Array, Images
from benchmark.images.real import RealData
from benchmark.images.roles import Sizes
from benchmark.judging.comparison import advice, compare, friedman, mean_ranks
from benchmark.plugins.registry import discover
from benchmark.results.summary_json import plain_pair
from reports._page import render_page

N, N_REAL = 60, 200
SIZES = Sizes(N_REAL, N, 200)
ASPECTS: dict[str, tuple[str, str, dict[str, str | None]]] = {
    "realistic": ("Realistic", "Do they look like the class?", {"mixing": "noise", "class_accuracy": "wrong-class"}),
    "varied": ("Varied", "Do they cover the class?", {"recall": "repeat", "coverage": "repeat"}),
    "original": ("Original", "Are they new, or copies?", {"copy_share": "copy", "duplicate_share": "repeat"}),
    "useful": ("Useful", "Do they help a classifier?", {"tstr": None}),
}
CALIBRATED = {  # mean and half interval of each aspect
    "smote": ((0.66, 0.05), (0.60, 0.04), (0.11, 0.03), (0.99, 0.01)),
    "affine": ((0.91, 0.02), (0.87, 0.03), (0.97, 0.02), (0.98, 0.01)),
    "gan": ((0.44, 0.12), (0.52, 0.31), (1.02, 0.03), (0.93, 0.04)),
    "real": ((1, 0.01),) * 4,
}
KINDS = defaultdict(lambda: {"exact copy": 0.0, "near copy": 0.0, "blended of two": 0.0, "new": 1.0})
KINDS["smote"] = {"exact copy": 0.02, "near copy": 0.048, "blended of two": 0.93, "new": 0.002}


class DigitSource:
    """What the runner hands to sections, over real digits."""

    def __init__(
        self, data: RealData, classes: list[int], generators: list[str], look: Callable[[Images], Images] = lambda x: x
    ) -> None:
        self.data, self.report, self.look = data, report_of(classes, generators), look
        self.report["run"]["data"]["shape"] = list(look(np.zeros((1, 28, 28, 1), dtype=np.float32)).shape[1:])

    def real(self, label: int, role: str, n_real: int, seed: int) -> Images:
        return self.look(self.data.roles(label, seed, SIZES)[role][: n_real if role == "train" else N])

    def _cell(self, key: str) -> Mapping[str, Any]:
        return next(c for c in self.report["cells"] if c["cell"] == key)

    def samples(self, cell: str) -> Images:
        found = self._cell(cell)
        label, seed = found["class"], found["seed"]
        train, rng = self.real(label, "train", N_REAL, seed), np.random.default_rng(label + 10 * seed)
        if found["control"]:
            return self.real(label, "fresh", N_REAL, seed)
        if found["configuration"].startswith("smote"):
            picked = train[:N]
            squared = distances(picked.reshape(N, -1), train.reshape(N_REAL, -1))
            partner = train[np.argsort(squared, axis=1)[np.arange(N), rng.integers(1, 6, size=N)]]
            return (picked + rng.random((N, 1, 1, 1)) * (partner - picked)).astype(np.float32)
        if found["configuration"].startswith("affine"):
            picked = train[rng.integers(N_REAL, size=N)]
            return np.stack([np.roll(x, rng.integers(-2, 3, size=2), (0, 1)) for x in picked])
        shape = (N, *train.shape[1:])
        speckles = (rng.random(shape) < 0.03) * rng.random(shape) * 0.6
        return np.clip(0.65 * train[:N] + 0.35 * train[N : 2 * N] + speckles, 0, 1).astype(np.float32)

    def kept(self, cell: str, metric: str) -> Mapping[str, Array]:
        found = self._cell(cell)
        made = self.samples(cell).reshape(N, -1)
        held_out = self.real(found["class"], "held_out", N_REAL, 0).reshape(N, -1)
        train = self.real(found["class"], "train", N_REAL, 0).reshape(N_REAL, -1)
        real = distances(held_out, train).min(axis=1)
        return {
            "synthetic_to_held_out": distances(made, held_out).min(axis=1),
            "held_out_to_train": real,
            "threshold": np.array(np.median(real) / 2),
        }

    def joint_map(self, n_real: int) -> Mapping[str, Any] | None:
        """Principal components stand in for t-SNE and UMAP: the section only draws them."""
        cells = [c for c in self.report["cells"] if c["seed"] == 0 and c["status"] == "ok"]
        cells = [c for c in cells if c["configuration"] == "real" or not c["control"]]
        classes = [c["label"] for c in self.report["classes"]]
        images = [self.real(c, "held_out", n_real, 0) for c in classes] + [self.samples(c["cell"]) for c in cells]
        flat = np.concatenate(images).reshape(N * len(images), -1)
        u, d, _ = np.linalg.svd(flat - flat.mean(axis=0), full_matrices=False)
        strata = [["held-out", c, N] for c in classes] + [[c["configuration"], c["class"], N] for c in cells]
        first = {"tsne": 0, "umap": 1}
        points = {f"{method}{k}": (u * d)[:, i : i + k] for method, i in first.items() for k in (2, 3)}
        return {"strata": strata, "points": points, "failed": {}, "preserved": dict.fromkeys(points, 0.5)}

    def per_image(self, cell: str) -> Mapping[str, Array]:
        found = self._cell(cell)
        made, train = self.samples(cell), self.real(found["class"], "train", N_REAL, found["seed"])
        to_train = distances(made.reshape(N, -1), train.reshape(N_REAL, -1))
        ink = made.sum(axis=(1, 2, 3))
        return {
            "nearest_train": to_train.argmin(axis=1),
            "nearest_distance": to_train.min(axis=1),
            "class_probability": 1 / (1 + np.exp(to_train.min(axis=1) - 8)),  # made up, as scores are
            "plausible_strokes": ink < np.quantile(ink, 0.9),
            "real_neighbours": np.arange(N) % 11,
        }

    def history(self, cell: str) -> Mapping[str, Any]:
        found = self._cell(cell)
        if not found["configuration"].startswith("gan"):
            return {"unit": "step", "curves": {}, "snapshots": {}}
        steps, rng = np.arange(1, 2401, 8), np.random.default_rng(1)
        wobble = rng.normal(0, 0.06, (2, len(steps)))
        generator = 1.0 + 1.6 * np.exp(-(((steps - 150) / 90.0) ** 2)) + steps / 12000 + wobble[0]
        curves = {"G": generator, "D": 0.62 - 0.4 * np.exp(-(((steps - 150) / 90.0) ** 2)) + wobble[1] / 3}
        made = self.samples(cell)[:8]
        return {
            "unit": "step",
            "curves": {name: np.stack([steps, values], axis=1).tolist() for name, values in curves.items()},
            "snapshots": {
                step: (made * share + (1 - share) * rng.random(made.shape)).astype(np.float32)
                for step, share in ((1, 0.0), (300, 0.4), (600, 0.7), (1200, 0.9), (2400, 1.0))
            },
        }


def distances(a: Array, b: Array) -> Array:
    """Return Euclidean distances between rows."""
    squared: Array = (a**2).sum(1)[:, None] + (b**2).sum(1)[None] - 2 * a @ b.T
    return np.asarray(np.sqrt(np.maximum(squared, 0)))


def report_of(classes: list[int], generators: list[str], seeds: tuple[int, ...] = (0, 1, 2)) -> dict[str, Any]:
    """Return a report dictionary without sections."""
    shown = [{**_generator(g, i % 6 + 1), "hollow": i >= 6} for i, g in enumerate(sorted(generators))]
    shown += [{**_generator(c, 0), "kind": "control"} for c in ("real", "noise", "copy", "repeat", "wrong-class")]
    parts = [(m, aspect, control) for aspect, (_, _, parts) in ASPECTS.items() for m, control in parts.items()]
    return {
        "format": "bench.report/2",
        "run": {
            "started": "2026-11-23T10:11:12+00:00",
            "command": f"bench run --generators {','.join(generators)} --classes 3,5",
            "seeds": list(seeds),
            "seconds": 312.4,
            "workers": 2,
            "finished": True,
            "quick": False,
            "versions": {"synthassay": "0.1.0", "numpy": "2.4.6", "scikit-learn": "1.9.1", "tensorflow": "2.20.0"},
            "host": {"cores": 2, "machine": "Linux x86_64", "python": "3.11.7"},
            "data": {
                "name": "mnist",
                "sha256": "ab" * 32,
                "shape": [28, 28, 1],
                "n_real": [1000],
                "n_synthetic": 500,
                "n_neutral": 900,
                "n_test": 10000,
                "duplicates": 0,
                "licence": "CC BY-SA 3.0",
                "source": "LeCun, Cortes, Burges 1998",
            },
            "features": {"name": "pca", "space": "pca50", "reference": "svc-ab12cd34"},
            "notes": [],
            "warnings": [],
        },
        "classes": [{"label": c, "name": str(c)} for c in classes],
        "configurations": shown,
        "measures": [_measure(m, aspect, control, part=True) for m, aspect, control in parts]
        + [_measure(f"tsne_overlap_{d}d", "realistic", "wrong-class", part=False) for d in (2, 3)],
        "aspects": [
            {
                "id": aspect,
                "label": label,
                "question": question,
                "parts": [{"measure": m, "control": c} for m, c in parts.items()],
            }
            for aspect, (label, question, parts) in ASPECTS.items()
        ],
        "results": [r for g in shown for c in classes for r in _results(g["id"], c, parts, len(seeds))],
        "calibrated": [
            r for g in shown for c in (None, *classes) for r in _calibrated(g["id"], c, len(seeds) * len(classes))
        ],
        "cells": [_cell(g, c, s) for g in shown for c in classes for s in seeds],
        "failures": [],
        "kinds": [
            {
                "configuration": g["id"],
                "class": c,
                "n_real": 1000,
                "fits": 3,
                "shares": KINDS[g["id"].partition("[")[0]],
            }
            for g in shown
            if g["kind"] == "generator"
            for c in (None, *classes)
        ],
        "comparisons": [_compared(i, aspect, generators, classes, seeds) for i, aspect in enumerate(ASPECTS)],
        "sections": {},
    }


def _compared(i: int, aspect: str, names: list[str], classes: list[int], seeds: tuple[int, ...]) -> dict[str, Any]:
    """Compare the generators in an aspect, as a run does, on fits round their means."""
    rng = np.random.default_rng(i)
    fits = {n: {(c, s): _scores(n)[i][0] + rng.normal(0, 0.01) for c in classes for s in seeds} for n in names}
    pairs = compare(fits)
    return {
        "aspect": aspect,
        "n_real": 1000,
        "pairs": [plain_pair(c) for c in pairs],
        "mean_ranks": mean_ranks(fits) if len(names) > 2 else {},
        "friedman": friedman(fits),
        "advice": advice(len(classes) * len(seeds), len(pairs), len(classes)),
    }


def _generator(name: str, slot: int) -> dict[str, Any]:
    return {
        "id": name,
        "generator": name.partition("[")[0],
        "label": name,
        "kind": "generator",
        "help": f"What {name} does.",
        "slot": slot,
        "hollow": False,
        "status": "ok",
        "reason": "",
    }


def _measure(name: str, aspect: str, control: str | None, *, part: bool) -> dict[str, Any]:
    return {
        "id": name,
        "metric": name.partition("_")[0],
        "better": "lower" if name.endswith("_share") else "higher",
        "aspect": aspect,
        "part": part,
        "failing": control,
        "scope": "cell",
        "help": f"what {name} says",
        "unit": "",
    }


def _scores(generator: str) -> Any:
    return CALIBRATED.get(generator.partition("[")[0], ((0.0, 0.01),) * 4)


def _results(generator: str, label: int, parts: list[Any], n: int) -> list[dict[str, Any]]:
    rows = []
    for measure, aspect, _ in [*parts, ("tsne_overlap_2d", "realistic", ""), ("tsne_overlap_3d", "realistic", "")]:
        mean, half = _scores(generator)[list(ASPECTS).index(aspect)]
        mean = max(0.0, 1 - mean if measure.endswith("_share") else mean) * 0.97
        rows.append(
            {
                "configuration": generator,
                "class": label,
                "n_real": 1000,
                "measure": measure,
                "status": "ok",
                "reason": "",
                "values": [mean] * n,
                "mean": mean,
                "lo": mean - half,
                "hi": mean + half,
            }
        )
    return rows


def _calibrated(generator: str, label: int | None, n: int) -> list[dict[str, Any]]:
    rows = []
    for (aspect, (_, _, parts)), (score, half) in zip(ASPECTS.items(), _scores(generator), strict=True):
        found = [
            {
                "measure": m,
                "score": score + 0.04 * i,
                "lo": score - half,
                "hi": score + half,
                "score_with_failures": score + 0.04 * i,
                "fits": n,
                "status": "ok",
                "reason": "",
                "zero": 0.0,
                "one": 1.0,
            }
            for i, m in enumerate(parts)
        ]
        rows.append(
            {
                "configuration": generator,
                "class": label,
                "n_real": 1000,
                "aspect": aspect,
                "score": score,
                "lo": score - half,
                "hi": score + half,
                "fits": n,
                "status": "ok",
                "reason": "",
                "score_with_failures": score,
                "weakest": next(iter(parts)),
                "label": "",
                "parts": [] if label is None else found,
            }
        )
    return rows


def _cell(generator: dict[str, Any], label: int, seed: int) -> dict[str, Any]:
    slow = generator["id"].startswith("gan")
    return {
        "cell": f"{generator['id']}-{label}-{seed}",
        "configuration": generator["id"],
        "control": generator["kind"] == "control",
        "class": label,
        "n_real": 1000,
        "seed": seed,
        "status": "ok",
        "reason": "",
        "phase": "",
        "fit_seconds": 43.0 if slow else 0.03,
        "fit_cpu_seconds": 37.2 if slow else 0.021,
        "sample_seconds": 0.6 if slow else 0.09,
        "metric_seconds": 12.0,
        "peak_rss_mib": 930.0 if slow else 270.0,
        "clipped_share": 0.0,
        "warnings": [],
    }


def fail(report: dict[str, Any], name: str, status: str, reason: str) -> None:
    """Turn a generator of a report into one that failed, or was skipped."""
    for generator in report["configurations"]:
        if generator["id"] == name:
            generator.update(status="skipped" if status == "skipped" else "failed", reason=reason)
    for cell in report["cells"]:
        if cell["configuration"] == name:
            cell.update(status=status, reason=reason, phase="fit")
            report["failures"].append({**cell, "metric": "", "log": f"cells/ab/{cell['cell']}/log.txt"})
    for row in report["results"]:
        if row["configuration"] == name:
            row.update(status=status, reason=reason, mean=None, lo=None, hi=None, values=[None] * len(row["values"]))
    for row in report["calibrated"]:
        if row["configuration"] == name:
            row.update(status=status, reason=reason, score=None, lo=None, hi=None, fits=0)
            row.update(score_with_failures=0.0, weakest=None, parts=[])


def sections() -> list[Any]:
    """Return all sections of the page."""
    return [section() for section in discover().report_sections.values()]


def collected(source: DigitSource) -> dict[str, Any]:
    """Return the report with what every section collects."""
    return {**source.report, "sections": {s.name: s.collect(source) for s in sections()}}


@pytest.fixture(scope="session")
def digit_source(mnist: RealData) -> Callable[..., DigitSource]:
    """What makes a source of classes and generators."""
    return lambda classes, generators, **look: DigitSource(mnist, classes, generators, **look)


@pytest.fixture(scope="session")
def collect() -> Callable[[DigitSource], dict[str, Any]]:
    """Return what makes the report of a source with what every section collects."""
    return collected


@pytest.fixture(scope="session")
def whole(mnist: RealData) -> dict[str, Any]:
    """A report of two classes, two generators that worked, one that failed and one that was skipped."""
    source = DigitSource(mnist, [3, 5], ["smote", "gan[steps=600]", "vae", "diffusion"])
    fail(source.report, "vae", "failed", "ValueError: loss became NaN at epoch 212")
    fail(source.report, "diffusion", "skipped", "needs torch: pip install 'synthassay[torch]'")
    return collected(source)


@pytest.fixture
def report(whole: dict[str, Any]) -> dict[str, Any]:
    """A copy of that report, to be changed by a test."""
    return copy.deepcopy(whole)


@pytest.fixture(scope="session")
def page() -> Callable[[dict[str, Any]], str]:
    """Render a report with all sections."""
    return lambda report: render_page(report, sections())


@pytest.fixture(scope="session")
def run_of() -> Callable[..., dict[str, Any]]:
    """Return what makes the report of a run of any classes, generators and seeds, without sections."""
    return report_of
