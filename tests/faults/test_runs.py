"""The run itself: killed or interrupted it leaves nothing alive and goes on; several at once share the work."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from .conftest import PLUGIN

RUN = [
    "run",
    "-d",
    "digits",
    "-c",
    "0-3",
    "--seeds",
    "1",
    "--n-real",
    "20",
    "--n-synthetic",
    "30",
    "--quiet",
    "--no-report",
    "-m",
    "diversity,nearest_neighbour",
    "-g",
    "affine,heavy[kind=sleeps]",
]


def start(folder: Path, *words: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "benchmark", *map(str, words)]
    return subprocess.Popen(command, cwd=folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, commands) -> Path:
    """The output folder of the same run, not interrupted."""
    folder = tmp_path_factory.mktemp("whole")
    (folder / "fault.py").write_text(PLUGIN)
    commands.run(*RUN, "-p", "fault.py", folder=folder)
    return folder / "bench-results"


@pytest.mark.slow("ends a run midway, and runs it again")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda n: n.name)
def test_ended_midway_nothing_is_left_alive_and_it_goes_on(
    bench, plugin: Path, rows, alive, whole: Path, number
) -> None:
    out = bench.folder / "broken"
    process = start(bench.folder, *RUN, "-p", plugin, "-o", out)
    until = time.monotonic() + 120
    while len(list(out.glob("cells/*/*/cell.json"))) < 3:
        assert time.monotonic() < until
        time.sleep(0.05)
    process.send_signal(number)
    _, said = process.communicate(timeout=120)
    if number is signal.SIGKILL:
        time.sleep(5)  # an interrupted run has ended its children when it ends
    else:
        assert (process.returncode, "To continue, run the same command" in said) == (130, True), said
    assert alive(str(out)) == []
    before = {path: path.stat().st_mtime_ns for path in out.glob("cells/*/*/samples.npz")}
    bench(*RUN, "-p", plugin, "-o", out)
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert list((out / "work").iterdir()) == []
    assert rows(out, "value") == rows(whole, "value")


@pytest.mark.slow("starts several runs at once")
@pytest.mark.parametrize("count", [2, 3])
def test_runs_on_one_store_at_once_generate_each_cell_once(bench, plugin: Path, rows, count: int) -> None:
    runs = [start(bench.folder, *RUN, "-p", plugin) for _ in range(count)]
    said = [run.communicate(timeout=240)[1] for run in runs]
    assert [run.returncode for run in runs] == [0] * count, said
    fits = Path(f"{plugin}.fits").read_text().split()
    assert len(fits) == len(set(fits)) == 4
    assert {row["status"] for row in rows()} == {"ok"}
    assert list((bench.folder / "bench-results" / "work").iterdir()) == []
