"""Missing: a generator that leaves out a kind of image is told which, on the page and in real.csv."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from benchmark import run
from benchmark.results.results import Results

LOPSIDED = '''
"""Training images of the lighter half of a class, with a little noise."""

from benchmark.api import Generator, hookimpl


class Lopsided(Generator):
    """Training images with less ink than the median, with a little noise."""

    name = "lopsided"

    def fit(self, real, ctx):
        ink = real.mean(axis=(1, 2, 3))
        self.real = real[ink < sorted(ink)[len(ink) // 3]]

    def sample(self, n, ctx):
        picked = self.real[ctx.rng.integers(len(self.real), size=n)]
        return (picked + ctx.rng.normal(0, 0.02, picked.shape)).clip(0, 1)


@hookimpl
def bench_generators():
    return [Lopsided]
'''
SHAPE = {"classes": [3], "dataset": "digits", "seeds": 1, "n_real": [50], "n_synthetic": 30, "map_points": 0}


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Results:
    """A run of such a generator."""
    folder = tmp_path_factory.mktemp("missing")
    plugin = folder / "lopsided.py"
    plugin.write_text(LOPSIDED)
    return run(generators="lopsided", plugins=[str(plugin)], metrics="prdc", out=str(folder / "out"), **SHAPE)


@pytest.fixture(scope="module")
def rows(results: Results) -> list[dict[str, str]]:
    with (results.store.folder / "real.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_each_held_out_image_has_a_row_for_each_generator_and_for_fresh_images(rows: list[dict[str, str]]) -> None:
    assert [(row["config"], row["index"]) for row in rows if row["config"] != "real"] == [
        ("lopsided", str(i)) for i in range(30)
    ]
    assert sum(row["config"] == "real" for row in rows) == 30
    assert all((row["covered"] == "true") == (row["group"] == "") == (float(row["reach"]) <= 1) for row in rows)


def test_what_is_not_covered_adds_up_to_coverage_and_is_what_is_left_out(results: Results, rows) -> None:
    made = [row for row in rows if row["config"] == "lopsided"]
    (coverage,) = [r["value"] for r in results.scores if (r["config"], r["measure"]) == ("lopsided", "coverage")]
    missed = np.array([row["covered"] == "false" for row in made])
    assert 1 - missed.mean() == pytest.approx(coverage)
    by_chance = sum(row["covered"] == "false" for row in rows if row["config"] == "real")
    assert missed.sum() > by_chance + 3
    held_out = results.plan.data.roles(3, 0, results.plan.sizes[50])["held_out"]
    ink = held_out.mean(axis=(1, 2, 3))
    assert ink[missed].mean() > ink[~missed].mean()


def test_the_page_counts_and_shows_them(results: Results, rows, tmp_path: Path) -> None:
    html = results.report(tmp_path / "page.html").read_text()
    section = html[html.index('<section id="missing"') :].split("</section>")[0]
    missed = sum(row["covered"] == "false" for row in rows if row["config"] == "lopsided")
    assert f"<b>{missed} of 30</b> not covered" in section
    assert "data:image/png;base64," in section


def test_without_prdc_there_are_no_rows_and_no_section(tmp_path: Path) -> None:
    results = run(generators="smote", metrics="blank", out=str(tmp_path / "out"), **SHAPE)
    assert len((results.store.folder / "real.csv").read_text().splitlines()) == 1
    assert '<section id="missing"' not in results.report(tmp_path / "page.html").read_text()
