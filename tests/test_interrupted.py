"""A run that is killed, interrupted, or not alone: nothing is left alive, nothing is lost, nothing is done twice."""

import fcntl
import json
import os
import pty
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from ._runs import SMALL, rows, timeless, written

SLOW = '''
import time
from benchmark.api import Generator, hookimpl


class Slow(Generator):
    """Takes its time."""

    name = "slow"

    def fit(self, real, ctx):
        self.real = real
        time.sleep(1.5)

    def sample(self, n, ctx):
        return self.real[:1].repeat(n, 0)


@hookimpl
def bench_generators():
    return [Slow]
'''


def start(folder: Path, *arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "benchmark", *map(str, arguments)],
        cwd=folder,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def wait_for_cells(folder: Path, count: int, limit: float = 60, also: Callable[[], None] = lambda: None) -> None:
    until = time.monotonic() + limit
    while len(list(folder.glob("cells/*/*/cell.json"))) < count:
        assert time.monotonic() < until, "no cell was finished in time"
        also()
        time.sleep(0.05)


def ours(folder: Path) -> list[psutil.Process]:
    """Processes that work for this output folder."""
    every = psutil.process_iter(["cmdline"])
    return [process for process in every if str(folder) in " ".join(process.info["cmdline"] or [])]


@pytest.mark.slow("kills a run midway, and runs it again")
def test_killed_half_way_it_goes_on_and_leaves_no_orphan(bench, tmp_path: Path) -> None:
    (tmp_path / "slow.py").write_text(SLOW)
    arguments = [*SMALL, "-p", tmp_path / "slow.py", "-g", "slow"]
    bench(*arguments, "-o", "whole")
    out = bench.folder / "broken"
    process = start(bench.folder, *arguments, "-o", "broken")
    wait_for_cells(out, 3)
    process.kill()
    process.communicate()
    before = written(out)
    time.sleep(2)
    assert ours(out) == []
    bench(*arguments, "-o", "broken")
    after = written(out)
    assert {key: after[key] for key in before} == before
    assert timeless(out) == timeless(bench.folder / "whole")


@pytest.mark.slow("interrupts a run and finishes it")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_interrupted_it_keeps_what_is_finished_and_says_how_to_go_on(bench, tmp_path: Path, number: int) -> None:
    (tmp_path / "slow.py").write_text(SLOW)
    process = start(bench.folder, *SMALL, "-p", tmp_path / "slow.py", "-g", "slow")
    out = bench.folder / "bench-results"
    wait_for_cells(out, 1)
    process.send_signal(number)
    _, said = process.communicate(timeout=120)
    assert process.returncode == 130
    assert "To continue, run the same command" in said
    assert (out / "report.html").exists()
    assert json.loads((out / "summary.json").read_text())["finished"] is False
    assert ours(out) == []


@pytest.mark.slow("hangs up on a run midway, and runs it again")
@pytest.mark.parametrize("verbose", [[], ["--verbose"]])
def test_a_terminal_that_is_closed_ends_a_run_in_good_order(bench, tmp_path: Path, verbose: list[str]) -> None:
    """As an ssh connection that is lost does: the kernel sends SIGHUP, and writing to the terminal fails."""
    (tmp_path / "slow.py").write_text(SLOW)
    shown = [word for word in SMALL if word != "--quiet"]
    arguments = [*shown, *verbose, "-p", str(tmp_path / "slow.py"), "-g", "slow"]
    screen, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmark", *arguments],
        cwd=bench.folder,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509 - its own terminal, as a shell does
    )
    os.close(theirs)
    out = bench.folder / "bench-results"
    os.set_blocking(screen, False)
    wait_for_cells(out, 1, also=lambda: read_all(screen))
    os.close(screen)
    assert process.wait(timeout=120) == 130
    assert (out / "report.html").exists()
    assert json.loads((out / "summary.json").read_text())["finished"] is False
    assert ours(out) == []
    bench(*arguments)
    assert json.loads((out / "summary.json").read_text())["finished"] is True
    assert list((out / "work").iterdir()) == []


def read_all(terminal: int) -> None:
    """Read what is shown, so that nothing waits for the screen."""
    with suppress(BlockingIOError):
        while os.read(terminal, 2**16):
            pass


@pytest.mark.slow("starts two runs at once")
def test_two_runs_on_one_store_do_each_cell_once(bench, tmp_path: Path) -> None:
    (tmp_path / "slow.py").write_text(SLOW)
    arguments = [*SMALL, "-p", tmp_path / "slow.py", "-g", "slow"]
    both = [start(bench.folder, *arguments) for _ in range(2)]
    for process in both:
        process.communicate(timeout=120)
    assert [process.returncode for process in both] == [0, 0]
    out = bench.folder / "bench-results"
    assert len(written(out)) == 12
    assert {row["status"] for row in rows(out)} <= {"ok", "not-judged"}
    assert list((out / "work").iterdir()) == []


@pytest.mark.slow("waits for the cells of a run")
@pytest.mark.parametrize(("who", "lost"), [("server", []), ("supervisor", ["crashed"])])
def test_a_dead_fork_server_costs_no_cell_and_a_dead_supervisor_its_own(bench, tmp_path: Path, who, lost) -> None:
    begun = tmp_path / "begun"
    plugin = SLOW.replace('name = "slow"', 'name = "slow"\n    light = True').replace(
        "time.sleep(1.5)", f"open({str(begun)!r}, 'w').close(); time.sleep(3)"
    )
    (tmp_path / "slow.py").write_text(plugin)
    process = start(bench.folder, *SMALL, "-p", tmp_path / "slow.py", "-g", "slow", "--workers", "1")
    out = bench.folder / "bench-results"
    until = time.monotonic() + 60
    while not begun.exists():
        assert time.monotonic() < until
        time.sleep(0.02)
    server = next(p for p in psutil.Process(process.pid).children() if "benchmark.executors.forkserver" in p.cmdline())
    victim = server if who == "server" else server.children()[0]
    victim.kill()
    process.communicate(timeout=120)
    assert process.returncode == len(lost)
    assert [row["status"] for row in rows(out) if not row["measure"]] == lost
    assert ours(out) == []
