"""Metrics over all classes at once, from end to end: rows, resuming, a class that failed, one class alone."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

TINY = ["run", "-d", "digits", "-m", "all_classes", "--seeds", "1", "--n-real", "20", "--n-synthetic", "30", "--quiet"]
TINY += ["--no-report"]
HALF = '''
"""Half: training images, but never of the class 5."""

from benchmark.api import CannotFit, Generator, hookimpl


class Half(Generator):
    """Training images, but never of the class 5."""

    name = "half"

    def fit(self, real, ctx):
        self.real = real

    def sample(self, n, ctx):
        return self.real[ctx.rng.integers(len(self.real), size=n)]


class Broken(Half):
    """The same, that cannot do the class 5."""

    name = "broken"

    def skip(self, task):
        return "no fives here" if task.class_name == "5" else None


@hookimpl
def bench_generators():
    return [Half, Broken]
'''


def rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "scores.csv").open(newline="", encoding="utf-8") as file:
        return [row for row in csv.DictReader(file) if not row["class"]]


@pytest.fixture
def half(tmp_path: Path) -> Path:
    file = tmp_path / "half.py"
    file.write_text(HALF)
    return file


def test_rows_without_a_class_calibrated_and_kept(bench, half: Path) -> None:
    out = bench.folder / "bench-results"
    bench(*TINY, "-c", "3,5", "-p", half, "-g", "half")
    found = rows(out)
    assert {row["config"] for row in found} == {"half", "real", "wrong-class"}
    by = {(row["config"], row["measure"]): row for row in found}
    assert float(by["real", "tstr_all"]["calibrated"]) == 1
    assert float(by["wrong-class", "tstr_all"]["calibrated"]) == 0
    assert float(by["half", "tstr_all"]["value"]) > 0.8
    assert by["half", "trtr"]["value"] == by["real", "trtr"]["value"]
    cell = next(out.glob(f"cells/*/{by['half', 'trts']['cell']}/cell.json"))
    before = cell.stat().st_mtime_ns, [p.stat().st_mtime_ns for p in sorted(cell.parent.glob("scores/*"))]
    bench(*TINY, "-c", "3,5", "-p", half, "-g", "half")
    assert before == (cell.stat().st_mtime_ns, [p.stat().st_mtime_ns for p in sorted(cell.parent.glob("scores/*"))])
    assert rows(out) == found
    bench(*TINY, "-c", "3,5,8", "-p", half, "-g", "half")
    assert {row["cell"] for row in rows(out)}.isdisjoint({row["cell"] for row in found})


def test_a_class_that_is_missing_is_the_reason(bench, half: Path) -> None:
    bench(*TINY, "-c", "3,5", "-p", half, "-g", "broken,half", code=None)
    found = [row for row in rows(bench.folder / "bench-results") if row["config"] == "broken"]
    said = [(row["status"], row["reason"], row["measure"]) for row in found]
    assert said == [("skipped", "class 5: no fives here", "")]
    assert any(row["config"] == "half" and row["status"] == "ok" for row in rows(bench.folder / "bench-results"))


def test_one_class_has_nothing_to_be_told_from(bench, half: Path) -> None:
    bench(*TINY, "-c", "3", "-p", half, "-g", "half")
    found = rows(bench.folder / "bench-results")
    assert {row["status"] for row in found} == {"skipped"}
    assert {row["reason"] for row in found} == {"needs at least two classes"}
