"""`bench compare`: what changed between two runs, and whether it is more than noise."""

from __future__ import annotations

import csv
import json
import re
import shutil
import subprocess
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from benchmark.store import sums

RUN = (
    "run",
    "-d",
    "digits",
    "-c",
    "0-5",
    "--n-real",
    "20",
    "--n-synthetic",
    "40",
    "--seeds",
    "1",
    "-m",
    "classifier",
    "-g",
    "jitter",
    "--map-points",
    "0",
    "--quiet",
    "--no-report",
)
Row = dict[str, str]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, jitter_source: str, commands) -> Path:
    """A folder with the runs `a` and `b` on six classes; between them somebody made the generator worse."""
    folder = tmp_path_factory.mktemp("compare")
    for out, sigma in (("a", "0.1"), ("b", "1.0")):
        (folder / "jitter.py").write_text(jitter_source.replace("sigma: float = 0.1", f"sigma: float = {sigma}"))
        commands.run(*RUN, "-p", "jitter.py", "-o", out, folder=folder)
    return folder


@pytest.fixture
def compare(place: Path, commands) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run `bench compare` in that folder."""
    return partial(commands.run, "compare", folder=place)


def altered(place: Path, name: str, change: Callable[[Row], Row | None]) -> str:
    """Write a copy of the run `a` with other rows, and return its name."""
    shutil.rmtree(place / name, ignore_errors=True)
    shutil.copytree(place / "a", place / name)
    with (place / "a" / "scores.csv").open(newline="", encoding="utf-8") as file:
        rows = [new for row in csv.DictReader(file) if (new := change(row)) is not None]
    with (place / name / "scores.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return name


def test_a_change_for_the_worse_is_found_and_fails_the_build(compare) -> None:
    done = compare("a", "b")
    line = next(line for line in done.stdout.splitlines() if line.startswith("jitter"))
    assert re.search(r"realistic +-?\d\.\d+ +-?\d\.\d+ +-\d\.\d+ \[-[0-9.]+, -[0-9.]+\] +6 +worse \(p = 0\.031\)", line)
    assert re.search(r"code of jitter: [0-9a-f]{16} -> [0-9a-f]{16}", done.stdout)
    compare("a", "b", "--fail-on-regression", code=1)
    better = compare("b", "a", "--fail-on-regression")
    assert "better (p = 0.031)" in better.stdout and "regression: none" in better.stdout
    found = json.loads(compare("a", "b", "--json").stdout)
    (change,) = found["changes"]
    assert found["regression"] is True
    assert change["difference"] == pytest.approx(change["b"] - change["a"])
    assert change["difference"] < -0.1
    assert change["pairs"] == 6


def test_the_same_run_twice_is_the_same(compare, place: Path) -> None:
    done = compare("a", altered(place, "copy", lambda row: row), "--fail-on-regression")
    assert "the same" in done.stdout
    assert "what else changed: nothing" in done.stdout


def test_ups_and_downs_are_no_more_than_noise(compare, place: Path) -> None:
    def shaken(row: Row) -> Row:
        up = 0.1 if int(row["class"] or 0) % 2 else -0.1
        return {**row, "calibrated": str(float(row["calibrated"]) + up) if row["calibrated"] else ""}

    done = compare("a", altered(place, "shaken", shaken), "--fail-on-regression")
    assert "no more than noise" in done.stdout


def test_few_pairs_tell_nothing_and_say_what_to_add(compare, place: Path) -> None:
    def few(row: Row) -> Row | None:
        worse = str(float(row["calibrated"]) - 0.3) if row["calibrated"] else ""
        return {**row, "calibrated": worse} if row["class"] in "01" else None

    done = compare("a", altered(place, "few", few), "--fail-on-regression")
    assert "too few pairs to tell" in done.stdout
    assert "too few pairs: add --seeds 1 to both runs" in done.stdout  # six classes of a are enough with one seed
    assert "4 cells are only in a," in done.stdout


def test_a_cell_that_fails_now_is_a_regression(compare, place: Path) -> None:
    def broken(row: Row) -> Row:
        lost = row["config"] == "jitter" and row["class"] == "2"
        return {**row, "measure": "", "value": "", "calibrated": "", "status": "failed"} if lost else row

    done = compare("a", altered(place, "broken", broken), "--fail-on-regression", code=1)
    assert "jitter, class 2, n_real" in done.stdout and "worked in a, fails in broken" in done.stdout


def test_a_summary_of_the_first_format_is_read_and_an_unknown_one_refused(compare, place: Path) -> None:
    old = place / altered(place, "old", lambda row: row) / "summary.json"
    summary = json.loads(old.read_text())
    old.write_text(json.dumps({**summary, "format": "bench.summary/1"}))
    assert "the same" in compare("a", "old").stdout
    old.write_text(json.dumps({**summary, "format": "bench.summary/9"}))
    assert (
        "has results in the format 'bench.summary/9'; expected 'bench.summary/2'" in compare("a", "old", code=2).stderr
    )


def test_what_cannot_be_compared_is_one_sentence(compare, place: Path) -> None:
    assert "'nowhere' has no results" in compare("a", "nowhere", code=2).stderr
    (place / "damaged").mkdir()
    (place / "damaged" / "summary.json").write_text("{")
    (place / "damaged" / "scores.csv").write_text("")
    assert "'damaged' has damaged results" in compare("a", "damaged", code=2).stderr
    other = altered(place, "other", lambda row: {**row, "n_synthetic": "20"})
    summary = json.loads((place / other / "summary.json").read_text())
    (place / other / "summary.json").write_text(json.dumps({**summary, "n_synthetic": 20}))
    sums.note(place / other, "summary.json", "scores.csv")  # as a run would
    said = compare("a", other, code=2).stderr
    assert "'a' and 'other' have no cells in common (jitter and jitter): scores at 20 and" in said
    assert len(said.strip().splitlines()) == 1
