"""`bench clean` lists what it would delete, deletes it on request, and never deletes what a run needs."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from benchmark.store.store import Store

from ._commands import Commands

GONE, LIVE, DAMAGED = "ab" + "0" * 22, "cd" + "0" * 22, "ef" + "0" * 22
SIZES = ["--seeds", "1", "--n-real", "20", "--n-synthetic", "30"]
RUN = ["run", "-d", "digits", "-c", "3", *SIZES, "-m", "diversity", "--quiet"]


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory, jitter_source: str, commands: Commands) -> Path:
    """A folder with a plugin and the store of one run."""
    folder = tmp_path_factory.mktemp("clean")
    (folder / "jitter.py").write_text(jitter_source)
    commands.run(*RUN, "-g", "affine", "-p", "jitter.py", folder=folder)
    return folder


@pytest.fixture
def out(bench, finished: Path) -> Path:
    """A copy of that store for one test, with leftovers of a process that is gone and of this one."""
    shutil.copytree(finished, bench.folder, dirs_exist_ok=True)
    folder: Path = bench.folder / "bench-results"
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    for name in (f"{GONE}-{gone.pid}", f"{GONE}-scores-{gone.pid}", f"{LIVE}-{os.getpid()}"):
        (folder / "work" / name).mkdir()
        (folder / "work" / name / "samples.npz").write_bytes(b"x" * 1000)
    (folder / "damaged" / DAMAGED).mkdir(parents=True)
    return folder


def test_nothing_is_deleted_without_yes(bench, out: Path) -> None:
    before = sorted(out.rglob("*"))
    said = bench("clean").stdout
    assert said.count(f"would delete: work/{GONE}-") == 2
    assert f"would delete: damaged/{DAMAGED}: damaged" in said
    assert "3 entries, 0.0 MiB; nothing was deleted: add --yes to delete" in said
    assert sorted(out.rglob("*")) == before


def test_leftovers_go_and_those_of_a_live_run_stay(bench, out: Path) -> None:
    said = bench("clean", "--yes").stdout
    assert f"deleted: work/{GONE}-" in said
    assert said.splitlines()[-1] == "3 entries, 0.0 MiB"
    assert [p.name for p in (out / "work").iterdir()] == [f"{LIVE}-{os.getpid()}"]
    assert bench("clean").stdout == bench("clean", "--yes").stdout == "nothing to delete\n"
    assert "0 cells to do" not in bench(*RUN, "-g", "affine").stderr


def gone() -> int:
    """A process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def half_written(out: Path, pid: int) -> list[Path]:
    """One file that a process was writing of each kind that a run writes."""
    cell = next(out.glob("cells/*/*/scores/*.json"))
    places = [
        *(path for path in sorted(out.iterdir()) if path.is_file()),
        out / "features" / f"{GONE}.npz",
        out / "maps" / f"{GONE}.json",
        cell,
    ]
    made = [path.with_name(f".{path.name}.{pid}") for path in places]
    for path in made:
        path.write_text("half")
    return made


def test_half_written_files_of_killed_runs_go(bench, out: Path) -> None:
    """Those of live processes stay, and a user's hidden file, and what belongs to a cell that a run works on."""
    dead, live = half_written(out, gone()), half_written(out, os.getpid())
    (out / ".notes.1").write_text("mine")
    (out / "damaged" / LIVE).mkdir()
    locks = [Store(out).lock(key) for key in (dead[-1].parent.parent.name, LIVE)]
    said = bench("clean", "--yes").stdout
    for lock in locks:
        assert lock is not None
        lock.release()
    for path in dead[:-1]:
        assert f"deleted: {path.relative_to(out)}: left by a run that was killed" in said
    for path in (dead[-1], out / "damaged" / LIVE):
        assert f"kept: {path.relative_to(out)}: a run is working on it" in said
        assert path.exists()
    assert all(path.exists() for path in (*live, out / ".notes.1"))
    bench("clean", "--yes")
    assert not dead[-1].exists()


def test_a_run_deletes_what_killed_runs_left_of_its_own_work(bench, out: Path) -> None:
    dead, live = half_written(out, gone()), half_written(out, os.getpid())
    cell = dead[-1].parent.parent
    next((cell / "scores").glob("*.json")).unlink()  # so that there is something to do in the cell
    bench(*RUN, "-g", "affine", "--map-points", "0")
    assert [path for path in dead if path.exists()] == []
    assert all(path.exists() for path in live)
    assert [path.name for path in (out / "work").iterdir()] == [f"{LIVE}-{os.getpid()}"]


def test_a_run_that_was_killed_as_it_began_can_be_resumed(bench, finished: Path) -> None:
    """Before the folder is a store, it holds what was to mark it as one."""
    (bench.folder / "bench-results").mkdir()
    (bench.folder / "bench-results" / f".format.json.{gone()}").write_text("{")
    bench(*RUN, "-g", "affine", "--no-report")
    assert not list((bench.folder / "bench-results").glob(".*"))


def test_the_checksum_of_fitted_features_stays_where_a_pickle_goes(bench, out: Path) -> None:
    features = next((out / "features").glob("*.npz"))
    features.with_suffix(".pickle").write_bytes(b"old")
    bench("clean", "--yes")
    assert sorted(path.suffix for path in (out / "features").iterdir()) == [".npz", ".sha256"]


def test_cells_that_the_last_run_does_not_refer_to(bench, out: Path) -> None:
    assert "nothing to delete" not in bench("clean", "--unreferenced").stdout  # the leftovers
    bench("clean", "--yes")
    assert bench("clean", "--unreferenced").stdout == "nothing to delete\n"
    bench(*RUN, "-g", "jitter", "-p", "jitter.py")
    said = [
        line
        for line in bench("clean", "--unreferenced", "--yes").stdout.splitlines()
        if "not part of the last run" in line
    ]
    assert [line.split("/")[0] for line in said] == ["deleted: cells", "deleted: maps", "deleted: maps"]
    # affine's cell, and the record and points of the map that it was on; controls are shared
    bench(*RUN, "-g", "jitter", "-p", "jitter.py")
    assert len(list(out.glob("cells/*/*/cell.json"))) == 6


def test_old_cells_go_but_not_one_that_a_run_is_working_on(bench, out: Path) -> None:
    cells = sorted(out.glob("cells/*/*/cell.json"))
    for path in cells:
        os.utime(path, (0, 0))
    lock = Store(out).lock(cells[0].parent.name)
    assert lock is not None
    said = bench("clean", "--older-than", "30", "--yes").stdout
    lock.release()
    assert said.count("older than 30 days") == len(cells) - 1
    assert "a run is working on it" in said
    assert said.splitlines()[-1].startswith(f"{len(cells) - 1 + 3} entries, ")  # with the leftovers, not the one kept
    assert sorted(out.glob("cells/*/*/cell.json")) == cells[:1]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["clean", "nowhere"], "'nowhere' is not a store"),
        (["clean", "--older-than", "-1"], "--older-than -1 is out of range"),
    ],
)
def test_bad_input(bench, out: Path, words: list[str], said: str) -> None:
    done = bench(*words, code=2)
    assert said in done.stderr and done.stderr.count("\n") == 1


def test_links_are_deleted_as_links_and_what_is_not_ours_is_left(bench, out: Path, tmp_path: Path) -> None:
    """Nothing outside the store is deleted, nor what the user put into it."""
    outside, mine = tmp_path / "outside", "notes.txt"
    cell = next(out.glob("cells/*/*/cell.json")).parent
    for place in (outside / "ab" / GONE, outside / "thesis", out / "work" / "thesis-999999999"):
        place.mkdir(parents=True)
        (place / "cell.json").write_text("mine")
    for place in (out / "work", out / "damaged", out / "features", out / "cells", cell, cell / "scores"):
        (place / mine).write_text("mine")
    kept = {path: path.lstat() for path in outside.rglob("*")}
    pointed = [
        out / "work" / f"{GONE}-999999998",
        out / "damaged" / LIVE,
        out / "cells" / "ab",
        out / "cells" / cell.parent.name / "link",
        out / "maps" / f"{GONE}.json",
        out / "conflicts",
    ]
    for path in pointed:
        path.symlink_to(outside / "ab")
    (cell / "link").symlink_to(outside / "thesis")
    (out / "damaged" / DAMAGED / "link").symlink_to(outside / "thesis")
    os.utime(cell / "cell.json", (0, 0))
    said = bench("clean", "--older-than", "30", "--yes").stdout.splitlines()
    assert {line for line in said if line.endswith(": a link")} == {
        f"deleted: {path.relative_to(out)}: a link" for path in pointed
    }
    assert {line for line in said if line.startswith("left: ")} == {
        f"left: {path}: not written by bench"
        for path in (
            f"work/{mine}", "work/thesis-999999999", f"damaged/{mine}", f"features/{mine}", f"cells/{mine}",
            f"{cell.relative_to(out)}/{mine}", f"{cell.relative_to(out)}/scores/{mine}",
        )
    }  # fmt: skip
    assert {path: path.lstat() for path in outside.rglob("*")} == kept
    assert not any(path.is_symlink() for path in out.rglob("*"))
    assert sorted(p.name for p in cell.rglob("*")) == [mine, mine, "scores"]
    assert not (out / "damaged" / DAMAGED).exists()


def test_a_store_without_the_list_of_its_cells_loses_none(bench, out: Path) -> None:
    (out / "cells.json").write_text((out / "cells.json").read_text().replace('"cells": [', '"cells": [ '))
    before = sorted(out.rglob("*"))
    assert "cells.json' is damaged (its SHA-256" in bench("clean", "--unreferenced", "--yes", code=2).stderr
    assert sorted(out.rglob("*")) == before


def test_failures_are_retried_unless_they_are_kept(bench, tmp_path: Path) -> None:
    plugin = tmp_path / "moody.py"
    plugin.write_text(
        '"""Moody: fails while a file is there."""\n\nfrom pathlib import Path\n\n'
        "from benchmark.api import Generator, hookimpl\n\n\nclass Moody(Generator):\n"
        '    """Fails while a file is there."""\n\n    name = "moody"\n    light = True\n\n'
        "    def fit(self, real, ctx):\n        self.real = real\n"
        f"        if Path({str(tmp_path / 'mood')!r}).exists():\n            raise ValueError('not today')\n\n"
        "    def sample(self, n, ctx):\n        return self.real[ctx.rng.integers(len(self.real), size=n)]\n\n\n"
        "@hookimpl\ndef bench_generators():\n    return [Moody]\n"
    )
    (tmp_path / "mood").touch()
    moody = [*RUN, "-g", "moody", "-p", plugin, "--no-report"]
    bench(*moody, code=1)
    (tmp_path / "mood").unlink()
    bench(*moody, "--keep-failures", code=1)
    assert "not today" in (bench.folder / "bench-results" / "scores.csv").read_text()
    bench(*moody)
    assert "not today" not in (bench.folder / "bench-results" / "scores.csv").read_text()
