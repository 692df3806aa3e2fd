"""`bench run` from end to end, in real processes, on real data."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from benchmark.results.scores_csv import COLUMNS

from ._commands import Commands
from ._runs import SMALL, rows, timeless, written

JITTER = ["-p", "jitter.py", "-g", "jitter"]


@pytest.fixture(scope="module")
def finished(
    tmp_path_factory: pytest.TempPathFactory, jitter_source: str, commands: Commands
) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """A folder with a plugin and a finished run of it with one worker, not to be changed; and what the run said."""
    folder = tmp_path_factory.mktemp("finished")
    (folder / "jitter.py").write_text(jitter_source)
    return folder, commands.run(*SMALL, *JITTER, "--workers", 1, folder=folder, anew=True)


@pytest.fixture
def out(bench, finished: tuple[Path, object]) -> Path:
    """The output folder of that run, next to its plugin, copied for one test."""
    shutil.copytree(finished[0], bench.folder, dirs_exist_ok=True)
    folder: Path = bench.folder / "bench-results"
    return folder


def test_files_and_rows(finished: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    folder, done = finished
    out = folder / "bench-results"
    assert {p.name for p in out.iterdir()} >= {
        "report.html",
        "report.json",
        "scores.csv",
        "images.csv",
        "real.csv",
        "summary.json",
        "run.toml",
        "cells",
        "features",
    }
    assert "jitter" in done.stdout
    assert "Report: bench-results/report.html" in done.stdout
    found = rows(out)
    assert list(found[0]) == list(COLUMNS)
    assert {row["config"] for row in found} == {"jitter", "real", "noise", "copy", "repeat", "wrong-class"}
    assert {row["status"] for row in found} <= {"ok", "not-judged"}
    real = {row["measure"]: row for row in found if row["config"] == "real" and row["class"] == "3"}
    assert float(real["recall"]["calibrated"]) == pytest.approx(1)
    assert real["recall"]["space"] == "pca50"
    assert list((out / "work").iterdir()) == []
    summary = json.loads((out / "summary.json").read_text())
    assert summary["finished"] is True
    assert [v["config"] for v in summary["verdicts"]] == ["jitter"]


def test_again_runs_nothing_and_more_runs_only_what_is_new(bench, out: Path) -> None:
    before, table, images = written(out), timeless(out), (out / "images.csv").read_bytes()
    bench(*SMALL, *JITTER)
    assert written(out) == before
    assert timeless(out) == table
    assert (out / "images.csv").read_bytes() == images
    both = [*SMALL, "-p", "jitter.py", "-g", "jitter,jitter[sigma=0.2]"]
    dry = json.loads(bench(*both, "--dry-run", "--json").stdout)
    assert {c["config"] for c in dry["cells"] if c["state"] != "cached"} == {"jitter[sigma=0.2]"}
    bench(*both)
    after = written(out)
    assert {key: after[key] for key in before} == before
    assert len(after) == len(before) + 2


def test_a_changed_plugin_and_a_changed_metric_are_never_served_stale(bench, out: Path) -> None:
    before = written(out)
    other = [*SMALL[:9], "-m", "diversity", "--seeds", "1", *JITTER]
    dry = json.loads(bench(*other, "--dry-run", "--json").stdout)
    assert {c["state"] for c in dry["cells"]} == {"generated; to score: diversity"}
    jitter = bench.folder / "jitter.py"
    jitter.write_text(jitter.read_text().replace("return picked +", "return picked -"))
    dry = json.loads(bench(*SMALL, *JITTER, "--dry-run", "--json").stdout)
    assert {c["config"] for c in dry["cells"] if c["state"] == "to generate and score"} == {"jitter"}
    assert written(out) == before


def test_workers_do_not_change_scores(bench, out: Path) -> None:
    bench(*SMALL, *JITTER, "--workers", 2, "-o", "with-2")
    assert timeless(out) == timeless(bench.folder / "with-2")
    one, two = ((folder / "images.csv").read_bytes() for folder in (out, bench.folder / "with-2"))
    assert one == two and one.count(b"\n") == 201


def test_run_toml_runs_it_again(bench, out: Path) -> None:
    bench(*SMALL, "-p", "jitter.py", "-g", "jitter[sigma=0.05]")
    before = written(out)
    bench("run", "--config", out / "run.toml", "--quiet")
    assert written(out) == before


FAULTS = '''
import os, time
from dataclasses import dataclass
import numpy as np
from benchmark.api import CannotFit, Generator, hookimpl


@dataclass
class Faulty(Generator):
    """Does what it should not."""

    name = "faulty"
    does: str = ""

    def fit(self, real, ctx):
        self.real = real
        if self.does == "raises":
            raise RuntimeError("out of luck")
        if self.does == "cannot":
            raise CannotFit("these images are too plain")
        if self.does == "exits":
            os._exit(3)
        if self.does == "hangs":
            time.sleep(60)
        if self.does == "eats":
            self.eaten = np.ones(25 * 10**7)
            time.sleep(5)

    def sample(self, n, ctx):
        if self.does == "nan":
            return np.full((n, *self.real.shape[1:]), np.nan)
        if self.does == "shape":
            return np.zeros((n, 3, 3))
        if self.does == "count":
            return self.real[:1]
        if self.does == "text":
            return ["x"] * n
        return self.real[:1].repeat(n, 0) * 3


@hookimpl
def bench_generators():
    return [Faulty]
'''


@pytest.fixture(scope="module")
def faulty(
    tmp_path_factory: pytest.TempPathFactory, commands: Commands
) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """The output folder of a run with every fault but one, and what it said. A generator that hangs has its own run."""
    folder = tmp_path_factory.mktemp("faulty")
    (folder / "faulty.py").write_text(FAULTS)
    run = ["run", "-d", "digits", "-c", "3", "-m", "prdc", "--seeds", "1", "--map-points", "0", "--memory", "1"]
    kinds = "raises,cannot,exits,eats,nan,shape,count,text,bright"
    faults = ["-p", "faulty.py", "-g", f"faulty[does={kinds}]", "--timeout", 60]
    return folder / "bench-results", commands.run(*run, *faults, folder=folder, code=1)


def check_row(out: Path, said: str, fault: str, expected: tuple[str, str], reason: str) -> None:
    """Assert that one row is about a fault, and that the controls of the run are scored."""
    found = rows(out)
    bad = [row for row in found if row["config"] == f"faulty[does={fault}]"]
    assert [(row["status"], row["phase"], row["measure"]) for row in bad] == [(*expected, "")]
    assert reason in bad[0]["reason"]
    assert reason in said
    assert len([row for row in found if row["status"] == "ok" and row["control"] == "true"]) > 5


@pytest.mark.parametrize(
    ("fault", "status", "phase", "reason"),
    [
        ("raises", "failed", "fit", r"RuntimeError: out of luck (faulty.py, line 18, in fit)"),
        ("cannot", "failed", "fit", "these images are too plain"),
        ("exits", "crashed", "", "the process ended with exit code 3"),
        ("eats", "out-of-memory", "", "MiB; allowed are 1024 MiB"),
        ("nan", "failed", "sample", "values that are NaN or infinite"),
        ("shape", "failed", "sample", "sample returned the shape"),
        ("count", "failed", "sample", "expected ("),
        ("text", "failed", "sample", "instead of numbers"),
    ],
)
def test_a_fault_is_a_failed_row_and_the_others_go_on(
    faulty: tuple[Path, subprocess.CompletedProcess[str]], fault: str, status: str, phase: str, reason: str
) -> None:
    out, done = faulty
    check_row(out, done.stdout, fault, (status, phase), reason)


def test_a_generator_that_hangs_is_a_failed_row_and_the_others_go_on(bench) -> None:
    (bench.folder / "faulty.py").write_text(FAULTS)
    run = ["run", "-d", "digits", "-c", "3", "-m", "prdc", "--seeds", "1", "--map-points", "0"]
    done = bench(*run, "-p", "faulty.py", "-g", "faulty[does=hangs]", "--timeout", 3, code=1)
    check_row(bench.folder / "bench-results", done.stdout, "hangs", ("timeout", ""), "ran longer than 3 seconds")


def test_values_outside_are_clipped_and_said(faulty: tuple[Path, object]) -> None:
    report = json.loads((faulty[0] / "report.json").read_text())
    cell = next(c for c in report["cells"] if c["configuration"] == "faulty[does=bright]")
    assert cell["clipped_share"] > 0.05
    assert "were outside [0, 1] and were clipped" in cell["warnings"][0]


def test_what_is_not_installed_is_skipped_and_the_others_run(bench, out: Path, jitter_source: str) -> None:
    text = jitter_source.replace(
        'name = "jitter"', 'name = "needy"\n    needs = ("no_such_package",)\n    extra = "torch"'
    ).replace("Jitter", "Needy")
    (bench.folder / "needy.py").write_text(text)
    done = bench(*SMALL, "-p", "needy.py", "-p", "jitter.py", "-g", "jitter[sigma=0.2],needy", code=3)
    assert "pip install 'synthassay[torch]'" in done.stdout
    found = rows(out)
    assert {row["status"] for row in found if row["config"] == "needy"} == {"skipped"}
    assert {row["status"] for row in found if row["config"] == "jitter[sigma=0.2]"} <= {"ok", "not-judged"}


def test_json_is_all_that_is_printed(bench, out: Path) -> None:
    wanted = ["--require", "original>=0.5", "--require", "jitter.recall>0"]
    done = bench(*SMALL[:-1], "-p", "jitter.py", "-g", "jitter[sigma=0.2]", "--json", *wanted, code=1)
    summary = json.loads(done.stdout)
    assert summary["format"] == "bench.summary/2"
    assert [v["met"] for v in summary["requirements"]] == [False, True]


def test_a_damaged_cell_is_said_and_computed_again(bench, out: Path) -> None:
    table = timeless(out)
    cell = next(out.glob("cells/*/*/samples.npz")).parent
    (cell / "samples.npz").write_bytes(b"")
    done = bench(*SMALL, *JITTER)
    assert f"cell {cell.name} was damaged" in done.stderr
    assert timeless(out) == table


def test_damaged_features_are_said_and_computed_again(bench, jitter: Path, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    small = ["run", "-d", "digits", "-c", "3", "-m", "prdc", "--seeds", "1", "--quiet", "-p", jitter, "-g", "jitter"]
    small += ["--map-points", "0", "--no-report"]
    bench(*small)
    table = timeless(bench.folder / "bench-results")
    cached = next((tmp_path / "cache").rglob("features/*.npz"))
    cached.write_bytes(cached.read_bytes()[:100])
    assert "was damaged and will be recomputed" in bench(*small, "--fresh").stderr
    assert timeless(bench.folder / "bench-results") == table


def test_a_metric_that_raises_is_a_failed_row_and_loses_nothing(bench, jitter: Path, tmp_path: Path) -> None:
    plugin = tmp_path / "bad_metric.py"
    plugin.write_text('''
import os
from benchmark.api import Measure, Metric, Score, hookimpl


class Bad(Metric):
    """Fails on some controls."""

    name = "bad"
    measures = (Measure("bad", "higher", "nothing"),)

    def score(self, evidence, ctx):
        if evidence.control == "copy":
            raise RuntimeError("no luck")
        if evidence.control == "noise":
            os._exit(4)
        return {"bad": Score(float("nan")) if evidence.control == "real" else Score(1.0)}


@hookimpl
def bench_metrics():
    return [Bad]
''')
    small = ["run", "--map-points", "0", "-c", "3", *SMALL[5:9], "-m", "bad,prdc", "--seeds", "1"]
    bench(*small, "-p", jitter, "-p", plugin, "-g", "jitter", code=1)
    found = {(r["config"], r["measure"]): r for r in rows(bench.folder / "bench-results") if r["class"] == "3"}
    assert found["jitter", "bad"]["value"] == "1.0"
    assert "RuntimeError: no luck (bad_metric.py, line" in found["copy", "bad"]["reason"]
    assert found["noise", "bad"]["status"] == "crashed"
    assert found["noise", "bad"]["reason"] == "the process ended with exit code 4"
    assert "bad is nan" in found["real", "bad"]["reason"]
    assert {found[c, "recall"]["status"] for c in ("copy", "noise", "real")} == {"ok"}


def test_python_does_what_the_command_does(jitter: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from benchmark import run

    monkeypatch.chdir(tmp_path)
    results = run(
        generators=["jitter"],
        classes=[3, 5],
        dataset="digits",
        metrics="prdc",
        seeds=1,
        plugins=[str(jitter)],
        workers=2,
        map_points=0,
    )
    assert {row["config"] for row in results.scores} >= {"jitter", "real"}
    page = results.report(tmp_path / "mine.html")
    assert page.read_text().startswith("<!doctype html>")
    shown = results._repr_html_()  # what a notebook shows
    assert '<div class="synthassay">' in shown and "data:image/png;base64," in shown and "jitter" in shown


@pytest.mark.pandas
def test_scores_as_a_data_frame(jitter: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from benchmark import run

    monkeypatch.chdir(tmp_path)
    shape = {"classes": [3], "dataset": "digits", "metrics": "prdc", "seeds": 1, "map_points": 0}
    results = run(generators=["jitter"], plugins=[str(jitter)], **shape)
    frame = results.to_pandas()
    assert list(frame.columns) == list(results.scores[0])
    assert frame["measure"].tolist() == [row["measure"] for row in results.scores]
