"""`bench compare`: what changed between two runs, and whether it is more than noise."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

RUN = (
    "run", "-d", "digits", "-c", "0-5", "--seeds", "1", "-m", "mixing", "-g", "jitter", "--map-points", "0", "--quiet",
)


@pytest.fixture
def two(bench, jitter: Path) -> Path:
    """Two runs on six classes; between them somebody made the generator worse."""
    bench(*RUN, "-p", jitter, "-o", "a")
    jitter.write_text(jitter.read_text().replace("sigma: float = 0.1", "sigma: float = 0.4"))
    bench(*RUN, "-p", jitter, "-o", "b")
    return bench.folder


def test_a_change_for_the_worse_is_found_and_fails_the_build(bench, two: Path) -> None:
    done = bench("compare", "a", "b")
    line = next(line for line in done.stdout.splitlines() if line.startswith("jitter"))
    assert re.search(r"realistic +0\.\d+ +-?0\.\d+ +-0\.\d+ \[-[0-9.]+, -[0-9.]+\] +6 +worse \(p = 0\.031\)", line)
    assert re.search(r"code of jitter: [0-9a-f]{16} -> [0-9a-f]{16}", done.stdout)
    bench("compare", "a", "b", "--fail-on-regression", code=1)
    better = bench("compare", "b", "a", "--fail-on-regression")
    assert "better (p = 0.031)" in better.stdout and "regression: none" in better.stdout
    found = json.loads(bench("compare", "a", "b", "--json").stdout)
    (change,) = found["changes"]
    assert found["regression"] is True
    assert change["difference"] == pytest.approx(change["b"] - change["a"])
    assert change["difference"] < -0.1
    assert change["pairs"] == 6


def test_the_same_run_twice_is_the_same(bench, two: Path) -> None:
    shutil.copytree(two / "a", two / "c")
    done = bench("compare", "a", "c", "--fail-on-regression")
    assert "the same" in done.stdout
    assert "what else changed: nothing" in done.stdout


def test_few_pairs_tell_nothing_and_a_cell_that_fails_is_a_regression(bench, two: Path, jitter: Path) -> None:
    few = [word if word != "0-5" else "0,1" for word in RUN]
    bench(*few, "-p", jitter, "-o", "few")
    done = bench("compare", "a", "few", "--fail-on-regression")
    assert "too few pairs to tell" in done.stdout
    assert "add --seeds 3 to both runs" in done.stdout
    assert "4 cells are in a alone" in done.stdout
    jitter.write_text(jitter.read_text().replace("return picked", "return picked * float('nan')"))
    bench(*few, "-p", jitter, "-o", "broken", code=1)
    done = bench("compare", "few", "broken", "--fail-on-regression", code=1)
    assert "jitter, class 0, n_real" in done.stdout and "worked in few, does not in broken" in done.stdout


def test_what_cannot_be_compared_is_one_sentence(bench, two: Path, jitter: Path) -> None:
    assert "'nowhere' has no results" in bench("compare", "a", "nowhere", code=2).stderr
    (two / "damaged").mkdir()
    (two / "damaged" / "summary.json").write_text("{")
    (two / "damaged" / "scores.csv").write_text("")
    assert "'damaged' has damaged results" in bench("compare", "a", "damaged", code=2).stderr
    bench(*RUN, "-p", jitter, "--n-synthetic", "20", "-o", "small")
    said = bench("compare", "a", "small", code=2).stderr
    assert "have no cell in common (jitter and jitter): scores at 20 and" in said
    assert "synthetic images are never compared" in said
