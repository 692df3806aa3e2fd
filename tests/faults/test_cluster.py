"""A Dask cluster of real processes: the same scores as here, whatever becomes of its workers and its scheduler."""

from __future__ import annotations

import os
import shlex
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest
from PIL import Image

pytestmark = pytest.mark.dask

SIZES = ["--seeds", "1", "--n-real", "20", "--n-synthetic", "30", "--quiet", "--no-report"]
ANY = ["run", "-d", "digits", "-c", "0,1", *SIZES, "-m", "nearest_neighbour,prdc", "-p", "slow.py"]
RUN = [*ANY, "-g", "affine,slow"]
SLOW = '''
"""Slow: takes its time, so that there is a midway; deadly: kills the worker that it is on, where it is on one."""

import os
import time
from dataclasses import dataclass

from benchmark.api import Generator, hookimpl


@dataclass
class Slow(Generator):
    """Training images, each class from where its random numbers begin."""

    name = "slow"
    light = True
    seconds: float = 1.0

    def fit(self, real, ctx):
        self.real = real
        time.sleep(self.seconds)

    def sample(self, n, ctx):
        return self.real[ctx.rng.integers(len(self.real), size=n)]


class Deadly(Slow):
    """Kills the Dask worker above it."""

    name = "deadly"

    def fit(self, real, ctx):
        import psutil

        for process in psutil.Process().parents():
            if "spawn_main" in " ".join(process.cmdline()):      # the worker below its nanny
                process.kill()
        time.sleep(60)


@hookimpl
def bench_generators():
    return [Slow, Deadly]
'''


class Cluster:
    """A scheduler and workers, each a process as its command line starts it, each worker with a disk of its own."""

    def __init__(self, folder: Path, hidden: Path) -> None:
        """folder: for logs; hidden: what workers must not see, where root can hide it."""
        self.address = f"tcp://127.0.0.1:{free_port()}"
        self._folder, self._hidden = folder, hidden
        self.scheduler = self._start("scheduler", "--host", self.address, "--no-dashboard")
        self.workers = [self.add_worker() for _ in range(2)]

    def add_worker(self) -> subprocess.Popen[bytes]:
        """Start a worker of one thread."""
        return self._start("worker", self.address, "--nthreads", "1", "--no-dashboard")

    def close(self) -> None:
        """End all; what a killed nanny started ends by itself."""
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.wait()

    def below(self) -> list[psutil.Process]:
        """Return what was started for cells below the workers."""
        found = []
        for worker in self.workers:
            if worker.poll() is None:
                found += [p for p in psutil.Process(worker.pid).children(recursive=True) if is_ours(p)]
        return found

    def _start(self, what: str, *arguments: str) -> subprocess.Popen[bytes]:
        own = self._folder / f"{what}-{time.monotonic_ns()}"
        own.mkdir()
        command = [sys.executable, "-m", f"distributed.cli.dask_{what}", *arguments]
        if what == "worker" and os.geteuid() == 0:
            hide = 'mount -t tmpfs tmpfs "$0" 2>/dev/null; exec "$@"'
            command = ["unshare", "--mount", "sh", "-c", hide, str(self._hidden), *command]
        tries = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1"}
        environment = {**os.environ, **tries, "XDG_CACHE_HOME": str(own / "cache")}
        with (own / "log").open("wb") as log:
            return subprocess.Popen(command, cwd=own, env=environment, stdout=log, stderr=log)


def is_ours(process: psutil.Process) -> bool:
    try:
        return any("benchmark.executors" in part for part in process.cmdline())
    except psutil.Error:
        return False


@pytest.fixture
def cluster(bench, tmp_path: Path) -> Iterator[Cluster]:
    """Two workers that see neither the folder of the command nor its plugin."""
    (bench.folder / "slow.py").write_text(SLOW)
    made = Cluster(tmp_path, bench.folder)
    yield made
    made.close()


def begin(bench, cluster: Cluster, *words: object) -> subprocess.Popen[str]:
    """Start a run on a cluster, as a user does."""
    command = [sys.executable, "-m", "benchmark", *map(str, words), "--cluster", cluster.address]
    return subprocess.Popen(command, cwd=bench.folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def until(holds: Callable[[], object], seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


def finished(bench, out: str) -> int:
    return len(list((bench.folder / out).glob("cells/*/*/cell.json")))


@pytest.mark.slow("starts a cluster, and kills a worker midway")
def test_scores_are_those_of_a_local_run_though_a_worker_is_killed_midway(bench, rows, cluster: Cluster) -> None:
    """Its cells in hand are done by the other; nothing of the client's disk, cache or plugin is on a worker's."""
    run = begin(bench, cluster, *RUN)
    until(lambda: finished(bench, "bench-results") >= 4)
    for process in psutil.Process(cluster.workers[0].pid).children(recursive=True):
        process.kill()
    cluster.workers[0].kill()
    _, said = run.communicate(timeout=240)
    assert run.returncode == 0, said
    bench(*RUN, "-o", "here")
    assert rows("bench-results", "value") == rows("here", "value")
    assert {row["status"] for row in rows()} == {"ok"}
    until(lambda: not cluster.below(), 60)


@pytest.mark.slow("starts a cluster")
def test_own_images_are_scored_on_a_cluster_as_they_are_here(bench, rows, cluster: Cluster) -> None:
    """Photographs are mapped from a file that only this machine has; the workers are sent what they need."""
    rng = np.random.default_rng(0)
    for place in ("real/a", "real/b", "fake"):
        (bench.folder / place).mkdir(parents=True)
        for i in range(20 if place == "fake" else 60):
            Image.fromarray(rng.integers(0, 256, (12, 12, 3), dtype=np.uint8)).save(bench.folder / place / f"{i}.png")
    words = ["score", "fake", "--real", "real", "--class", "a", "-m", "nearest_neighbour,prdc,tone", "--quiet"]
    words += ["--no-report"]
    run = begin(bench, cluster, *words)
    _, said = run.communicate(timeout=240)
    assert run.returncode == 0, said
    bench(*words, "-o", "here")
    assert rows("bench-results", "value") == rows("here", "value")
    assert {row["status"] for row in rows()} <= {"ok", "not-judged"}


@pytest.mark.slow("starts a cluster, and kills its scheduler midway")
def test_without_its_scheduler_a_run_says_so_and_goes_on_here(bench, rows, cluster: Cluster) -> None:
    run = begin(bench, cluster, *RUN)
    until(lambda: finished(bench, "bench-results") >= 4)
    cluster.scheduler.kill()
    _, said = run.communicate(timeout=60)
    assert run.returncode == 1
    assert (
        f"bench: the scheduler at {cluster.address} is gone; finished cells are stored. To continue: bench run" in said
    )
    assert "Traceback" not in said, said
    before = {p: p.stat().st_mtime_ns for p in bench.folder.glob("bench-results/cells/*/*/samples.npz")}
    assert len(before) >= 4
    bench(*RUN)
    assert {p: p.stat().st_mtime_ns for p in before} == before
    bench(*RUN, "-o", "here")
    assert rows("bench-results", "value") == rows("here", "value")
    until(lambda: not cluster.below(), 60)


@pytest.mark.slow("starts a cluster, and kills its workers one after the other")
def test_a_cell_that_kills_its_workers_is_a_crashed_row(bench, rows, cluster: Cluster) -> None:
    """Dask's nanny starts a worker again each time."""
    run = begin(
        bench,
        cluster,
        "run",
        "-d",
        "digits",
        "-c",
        "0",
        *SIZES,
        "-m",
        "diversity",
        "-g",
        "deadly,slow",
        "-p",
        "slow.py",
        "--workers",
        "1",
    )
    _, said = run.communicate(timeout=240)
    assert run.returncode == 1, said
    found = {(row["config"], row["class"]): row for row in rows() if row["measure"] in ("", "diversity")}
    assert found["slow", "0"]["status"] == "ok"
    row = found["deadly", "0"]
    said = "it was tried on 2 workers, and each of them died"
    assert (row["status"], said in row["reason"]) == ("crashed", True), row


@pytest.mark.slow("starts a cluster, and waits until it has cleaned up")
def test_a_killed_run_leaves_no_process_on_the_workers(bench, cluster: Cluster) -> None:
    run = begin(bench, cluster, *ANY, "-g", "slow[seconds=120]")
    until(lambda: len(cluster.below()) >= 3)  # a fork server, a supervisor, its job
    run.kill()
    run.communicate()
    until(lambda: not cluster.below(), 60)


@pytest.mark.slow("starts a cluster from the command line")
def test_the_three_commands_of_the_guide_do_what_it_says(bench) -> None:
    """docs/how-to/cluster.md as it is written, but for the port, and with this interpreter's `dask` and `bench`."""
    guide = Path(__file__).parents[2] / "docs" / "how-to" / "cluster.md"
    port = str(free_port())
    commands = [line[2:].replace("8786", port) for line in guide.read_text().splitlines() if line.startswith("$ ")]
    module = {"dask": "dask", "bench": "benchmark"}
    words = map(shlex.split, commands)
    scheduler, workers, run = ([sys.executable, "-m", module[first], *others] for first, *others in words)

    def start(command: list[str]) -> subprocess.Popen[bytes]:
        quiet = subprocess.DEVNULL
        return subprocess.Popen(command, cwd=bench.folder, stdout=quiet, stderr=quiet)

    started = [start(scheduler)]
    try:
        until(lambda: listens(int(port)))
        started.append(start(workers))
        done = subprocess.run(run, cwd=bench.folder, capture_output=True, text=True, timeout=250)
    finally:
        for process in reversed(started):
            process.kill()
            process.wait()
    assert done.returncode == 0, done.stderr
    assert "Report: bench-results/report.html" in done.stdout
    assert (bench.folder / "bench-results" / "report.html").exists()


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def listens(port: int) -> bool:
    with socket.socket() as asked:
        return asked.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("host:8786", "--cluster 'host:8786' is not the address of a Dask scheduler; write it as tcp://host:8786."),
        ("tcp://127.0.0.1:1", "--cluster 'tcp://127.0.0.1:1' cannot be reached"),
    ],
)
def test_an_address_that_is_none_is_one_sentence_and_nothing_is_written(bench, address: str, said: str) -> None:
    done = bench("run", "-d", "digits", "-g", "affine", "--cluster", address, code=2)
    assert said in done.stderr.splitlines()[-1]
    assert list(bench.folder.iterdir()) == []
