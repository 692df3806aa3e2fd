"""Three runs on one store, killed at random moments and resumed: the store ends as that of an undisturbed run."""

from __future__ import annotations

import csv
import random
import re
import signal
import subprocess
import time
from pathlib import Path

import pytest

SLOW = '''
"""Slow: training images, after a while, so that there is a midway."""

import time

from benchmark.api import Generator, hookimpl


class Slow(Generator):
    """Training images."""

    name = "slow"
    light = True

    def fit(self, real, ctx):
        self.real = real
        time.sleep(0.2)
        ctx.log(1, loss=0.5)

    def sample(self, n, ctx):
        return self.real[ctx.rng.integers(len(self.real), size=n)]


@hookimpl
def bench_generators():
    return [Slow]
'''
RUN = (
    *("run", "-g", "slow,smote", "-d", "digits", "-c", "0-9", "--n-real", "20", "--n-synthetic", "30", "--seeds", "1"),
    *("-m", "diversity,nearest_neighbour", "--map-points", "0", "--workers", "1", "--quiet", "-p", "slow.py"),
)
RUNS = 3
MOST = {"begun": 4, "working": 8, "ending": 1}  # how much more than before (see `progress`) there is at most
MOMENTS = ["begun", *["working"] * 11, *["ending"] * 3]  # of killing, one round after the other
SPREAD = 0.5  # seconds between the moment and the end of the last run
PATIENCE = 120.0  # seconds
TIMES = ("fit_seconds", "sample_seconds", "metric_seconds", "peak_rss_mib", "fit_cpu_seconds")
ENDS = ("scores.csv", "images.csv", "report.json")
TIMED = (
    r"cells/../[0-9a-f]{24}/(cell\.json|scores/[0-9a-f]{24}\.json)"
    r"|(report|summary)\.json|report\.html|scores\.csv|SHA256SUMS"
)


def files(store: Path) -> dict[str, bytes]:
    """Return all files of a store; of those that hold times, only that they are there."""
    found = {str(path.relative_to(store)): path for path in sorted(store.rglob("*")) if path.is_file()}
    return {name: b"" if re.fullmatch(TIMED, name) else path.read_bytes() for name, path in found.items()}


def scores(store: Path) -> list[dict[str, str]]:
    with (store / "scores.csv").open(newline="", encoding="utf-8") as file:
        return [{name: v for name, v in row.items() if name not in TIMES} for row in csv.DictReader(file)]


def progress(store: Path, moment: str) -> int:
    """Return a number that grows: of folders, of finished cells and scores, or of what the end of a run has written."""
    if moment == "begun":
        return sum(1 for path in store.glob("*") if path.is_dir())
    if moment == "working":
        return sum(1 for path in store.glob("cells/??/*/**/*.json"))
    return sum(path.stat().st_mtime_ns for path in map(store.joinpath, ENDS) if path.exists())


def wait_for(store: Path, moment: str, more: int) -> None:
    """Return at a moment: when there is so much more than now."""
    before, until = progress(store, moment), time.monotonic() + PATIENCE
    while progress(store, moment) < before + more:
        assert time.monotonic() < until, moment
        time.sleep(0.05)


@pytest.mark.slow("kills and resumes fifteen times")
def test_three_runs_killed_and_resumed_leave_what_one_run_leaves(tmp_path: Path, commands) -> None:
    """At each moment one of them, or all, are killed and resumed at once; the others go on."""
    seed = random.SystemRandom().randrange(10**6)
    print(f"seed {seed}")  # noqa: T201 - of the moments, for whoever looks for the reason of a failure
    chance = random.Random(seed)
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    for folder in (whole, broken):
        folder.mkdir()
        (folder / "slow.py").write_text(SLOW)
    commands.run(*RUN, folder=whole)
    store, said, reached = broken / "bench-results", [], set()
    runs = [commands.start(*RUN, folder=broken) for _ in range(RUNS)]
    for moment in MOMENTS:
        wait_for(store, moment, chance.randint(1, MOST[moment]))
        chosen = chance.sample(range(RUNS), chance.choice([1, 1, 1, RUNS]))
        for number in chosen:
            time.sleep(chance.uniform(0, SPREAD / RUNS))
            runs[number].kill()
        reached.add(progress(store, "working"))
        for number in chosen:
            said.append(runs[number].wait())
            runs[number] = commands.start(*RUN, folder=broken)
    last = [run.wait() for run in runs]
    assert [done.returncode for done in last] == [0] * RUNS, last
    assert not [done.stderr for done in (*said, *last) if "Traceback" in done.stderr]
    assert sum(done.returncode == -signal.SIGKILL for done in said) >= len(MOMENTS)
    assert len(reached) > len(MOMENTS) / 2, "they were not killed while they worked"
    assert scores(store) == scores(whole / "bench-results")
    assert files(store) == files(whole / "bench-results")
    assert subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=store, check=False).returncode == 0
    assert list((store / "work").iterdir()) == []
