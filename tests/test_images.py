"""images.csv: one row an image, with values that can be worked out by hand; and the breakdown by kind."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmark import run
from benchmark.plugins.loadable import loadable
from benchmark.results.images_csv import DERIVED, KEYS, OWN, kinds, sources
from benchmark.results.results import Results
from benchmark.store.weights import load_space

PLUGINS = '''
"""Half copies; a metric that speaks of each image, and one that miscounts them."""

import numpy as np

from benchmark.api import Generator, Measure, Metric, Score, hookimpl


class Halves(Generator):
    """Training images in turn, then their negatives."""

    name = "halves"
    light = True

    def fit(self, real, ctx):
        self.real = real

    def sample(self, n, ctx):
        half = np.resize(np.arange(len(self.real)), n - n // 2)
        return np.concatenate([self.real[half], 1 - self.real[half[: n // 2]]])


class Shade(Metric):
    """Mean brightness."""

    name = "shade"
    measures = (Measure("shade", "none", "mean brightness"),)

    def score(self, evidence, ctx):
        ctx.per_image("brightness", evidence.synthetic.mean(axis=(1, 2, 3)))
        gaps = evidence.synthetic.mean(axis=(1, 2, 3))
        gaps[:3] = np.nan, np.inf, -np.inf
        ctx.per_image("gaps", gaps)
        ctx.per_image("copy", np.ones(len(evidence.synthetic), dtype=int))
        return {"shade": Score(1.0)}


class Miscount(Metric):
    """One number too few."""

    name = "miscount"
    measures = (Measure("miscount", "none", "nothing"),)

    def score(self, evidence, ctx):
        ctx.per_image("odd", evidence.synthetic.mean(axis=(1, 2, 3))[1:])
        return {"miscount": Score(1.0)}


@hookimpl
def bench_generators():
    return [Halves]


@hookimpl
def bench_metrics():
    return [Shade, Miscount]
'''


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Results:
    """A run of two classes and two seeds on small images."""
    folder = tmp_path_factory.mktemp("images")
    (folder / "halves.py").write_text(PLUGINS)
    return run(
        generators="halves",
        classes=[3, 5],
        dataset="digits",
        seeds=2,
        n_real=[25],
        n_synthetic=30,
        workers=2,
        metrics="nearest_neighbour,mixing,classifier,shade,miscount",
        plugins=[str(folder / "halves.py")],
        out=str(folder / "out"),
        report=False,
    )


@pytest.fixture(scope="module")
def rows(results: Results) -> list[dict[str, str]]:
    with (results.store.folder / "images.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_each_image_of_a_generator_has_a_row_and_no_other(results: Results, rows: list[dict[str, str]]) -> None:
    assert list(rows[0]) == [*KEYS, *DERIVED, "source_file", *OWN, "shade.brightness", "shade.copy", "shade.gaps"]
    assert [(row["class"], row["seed"], row["index"]) for row in rows] == [
        (c, s, str(i)) for c in "35" for s in "01" for i in range(30)
    ]
    assert {row["config"] for row in rows} == {"halves"}
    assert {row["cell"] for row in rows} == {cell.key for cell in results.plan.cells if not cell.control}


def test_values_are_as_defined_and_read_back_exactly(results: Results, rows: list[dict[str, str]]) -> None:
    plan = results.plan
    for cell in (c for c in plan.cells if not c.control):
        own = [row for row in rows if row["cell"] == cell.key]
        made, roles = results.store.samples(cell.key), plan.data.roles(cell.task.label, cell.task.seed, cell.sizes)
        apart = np.linalg.norm((made[:, None] - roles["train"][None]).reshape(30, 25, -1), axis=2)
        assert [int(row["nearest_train"]) for row in own] == apart.argmin(axis=1).tolist()
        assert [float(row["nearest_distance"]) for row in own] == pytest.approx(apart.min(axis=1), rel=1e-6)
        assert [row["kind"] for row in own[:15]] == ["exact copy"] * 15
        assert [row["source"] for row in own[:15]] == [row["nearest_train"] for row in own[:15]]
        assert {row["source"] for row in own if row["kind"] == "new"} <= {""}
        assert [row["copy"] for row in own] == ["true"] * 15 + ["false"] * 15
        assert {row["copied"] for row in own} == {row["components"] for row in own} == {""}  # these did not run
        exact = made.mean(axis=(1, 2, 3), dtype=np.float32)
        assert [np.float32(row["shade.brightness"]) for row in own] == exact.tolist()
        scored = results.columns(cell, "mixing")["real_neighbours"]
        assert [float(row["real_neighbours"]) for row in own] == scored.tolist()
        assert all(0 <= float(row["class_probability"]) <= 1 for row in own)


def test_real_neighbours_are_counted_by_hand(results: Results) -> None:
    cell = next(c for c in results.plan.cells if c.config == "real")
    made = results.store.samples(cell.key)
    held_out = results.plan.data.roles(cell.task.label, cell.task.seed, cell.sizes)["held_out"]
    (stored,) = (results.store.folder / "features").glob("*.npz")
    space = load_space(stored, loadable(results.plan.features))
    both = space.transform(np.concatenate([made, held_out])).astype(np.float64)
    apart = np.linalg.norm(both[:30, None] - both[None], axis=2)
    np.fill_diagonal(apart, np.inf)
    expected = (np.argsort(apart, axis=1)[:, :10] >= 30).sum(axis=1)
    assert results.columns(cell, "mixing")["real_neighbours"].tolist() == expected.tolist()


def test_shares_in_the_summary_are_counted_from_the_rows(results: Results, rows: list[dict[str, str]]) -> None:
    summary = json.loads((results.store.folder / "summary.json").read_text())
    found = {entry["class"]: entry for entry in summary["kinds"]}
    for name in ("3", "5"):
        of_class = [row["kind"] for row in rows if row["class"] == name]
        assert found[name]["fits"] == 2
        assert found[name]["shares"]["exact copy"] == 0.5
        for kind, share in found[name]["shares"].items():
            assert share == pytest.approx(of_class.count(kind) / 60)
    assert "moved" not in found[None]["shares"]  # it did not run: not told, rather than 0
    assert sum(found[None]["shares"].values()) == pytest.approx(1)
    copied = [row for row in results.scores if row["measure"] == "copy_share" and row["config"] == "halves"]
    assert [row["value"] for row in copied] == [0.5] * 4


def test_a_metric_that_miscounts_the_images_fails_and_says_so(results: Results) -> None:
    reasons = {row["reason"] for row in results.failures}
    assert len(reasons) == 1
    assert "per_image 'odd' has the type float32 and the shape (29,); expected 30 numbers" in reasons.pop()


def test_values_of_images_that_are_not_finite_are_gaps_with_a_note(
    results: Results, rows: list[dict[str, str]]
) -> None:
    of_cell = {}
    for row in rows:
        of_cell.setdefault(row["cell"], []).append(row["shade.gaps"])
    for column in of_cell.values():
        assert column[:3] == [""] * 3
        assert all(0 <= float(value) <= 1 for value in column[3:])
    warnings = {w for scored in results.scored.values() for w in scored.get("warnings", [])}
    assert "per_image gaps has gaps: 3 of 30 values are NaN or infinite" in warnings


@pytest.mark.parametrize("columns", [{}, {"nearest_distance": np.zeros(3)}])
def test_without_distances_there_is_no_kind(columns: dict[str, Any]) -> None:
    assert kinds(columns) is None


def test_each_image_is_of_one_kind_and_comes_from_the_images_of_that_kind() -> None:
    steps = np.arange(8)
    columns = {
        "nearest_distance": steps.astype(float),
        "nearest_train": steps,
        "blended": steps <= 1,
        "blended_of_three": steps == 2,
        "copy": steps <= 3,
        **{f"parent_{place}": np.where(steps <= 2, 10 * place + steps, -1) for place in (1, 2, 3)},
    }
    columns["parent_3"][:2] = -1
    disguised = {
        "copied": steps <= 6,
        "match": np.where(steps == 6, -1, 40 + steps),  # nearly a training image, and closer to a held-out one
        "moved": np.array([0, 0, 0, 0, 2, 2, 0, 2]),
        "bent": np.array([0, 0, 0, 0, 0, 1, 0, 1]),
    }
    first = ["exact copy", "blended of two", "blended of three", "near copy"]
    every = kinds({**columns, **disguised})
    assert every is not None
    assert every.tolist() == [*first, "moved", "warped", "recoloured", "new"]
    found = sources(every, {**columns, **disguised})
    assert found["source"].tolist() == [0, 11, 12, 3, 44, 45, 6, -1]
    assert found["source_2"].tolist() == [-1, 21, 22, *[-1] * 5]
    assert found["source_3"].tolist() == [-1, -1, 32, *[-1] * 5]
    assert kinds(columns).tolist() == [*first, *["new"] * 4]  # type: ignore[union-attr]


def test_a_run_of_other_metrics_has_empty_columns(bench: Any) -> None:
    done = bench("run", "-g", "smote", "-c", "3", "-d", "digits", "-m", "prdc", "--seeds", 1, "--quick", "--no-report")
    assert done.returncode == 0
    with (bench.folder / "bench-results" / "images.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) > 10
    assert {row[name] for row in rows for name in (*DERIVED, *OWN)} == {""}
    assert json.loads((bench.folder / "bench-results" / "summary.json").read_text())["kinds"] == []


def test_a_generator_that_failed_has_no_rows(bench: Any, tmp_path: Path) -> None:
    (tmp_path / "bad.py").write_text(PLUGINS.replace("self.real = real", "raise ValueError('no')"))
    arguments = ["-g", "halves", "-c", "3", "-d", "digits", "-m", "prdc", "--seeds", 1, "--quick", "--no-report"]
    bench("run", "-p", tmp_path / "bad.py", *arguments, code=1)
    assert len((bench.folder / "bench-results" / "images.csv").read_text().splitlines()) == 1
