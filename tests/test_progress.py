"""What is seen of a run while it runs: on a terminal (a real one, by `pty`), elsewhere, and at Ctrl-C."""

import os
import pty
import re
import select
import sys
import time
from pathlib import Path

import psutil
import pytest

SLOW = '''
import time
from benchmark.api import Generator, hookimpl


class Slow(Generator):
    """Takes its time."""

    name = "slow"

    def fit(self, real, ctx):
        self.real = real
        time.sleep(SECONDS)

    def sample(self, n, ctx):
        return self.real[:1].repeat(n, 0)


@hookimpl
def bench_generators():
    return [Slow]
'''
RUN = ["run", "-d", "digits", "-c", "3", "-m", "diversity", "--seeds", "1", "-p", "slow.py", "-g", "slow"]


class Terminal:
    """A command on a terminal of 80 columns."""

    def __init__(self, folder: Path, *arguments: str, **environment: str) -> None:
        self.shown = ""
        self.pid, self._screen = pty.fork()
        if self.pid == 0:
            os.chdir(folder)
            os.environ.update(TERM="xterm", COLUMNS="80", **environment)
            os.execv(sys.executable, [sys.executable, "-m", "benchmark", *arguments])

    def until(self, pattern: str, limit: float = 120) -> None:
        """Read what is shown until it matches."""
        end = time.monotonic() + limit
        while not re.search(pattern, self.shown):
            assert time.monotonic() < end, self.shown
            assert self._read(), self.shown

    def interrupt(self) -> None:
        """Press Ctrl-C."""
        os.write(self._screen, b"\x03")

    def end(self) -> int:
        """Read to the end and return the exit code."""
        while self._read():
            pass
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])

    def _read(self) -> bool:
        if select.select([self._screen], [], [], 0.1)[0]:
            try:
                content = os.read(self._screen, 2**16)
            except OSError:
                return False
            self.shown += content.decode()
            return bool(content)
        return True


@pytest.fixture
def slow(bench) -> Path:
    """A folder with a plugin that takes ten minutes a fit."""
    (bench.folder / "slow.py").write_text(SLOW.replace("SECONDS", "600"))
    return bench.folder


def left(folder: Path) -> list[psutil.Process]:
    return [p for p in psutil.process_iter(["cmdline"]) if str(folder) in " ".join(p.info["cmdline"] or [])]


def test_ctrl_c_writes_the_report_of_what_there_is_and_says_how_to_go_on(slow: Path) -> None:
    terminal = Terminal(slow, *RUN)
    terminal.until(r"[1-9]/\d+ cells.*[12] running, about \d+ (s|min) left")
    terminal.interrupt()
    assert terminal.end() == 130
    assert "stopping (press Ctrl-C again to skip the report)" in terminal.shown
    said = " ".join(terminal.shown.split())
    assert "finished cells are stored and shown in bench-results/report.html" in said
    again = "bench run --generators slow --classes 3 --metrics diversity --dataset digits --seeds 1"
    assert f"To continue, run the same command: {again}" in said
    assert (slow / "bench-results" / "report.html").exists()
    assert left(slow) == []


def test_ctrl_c_twice_ends_at_once_and_leaves_nothing_running(slow: Path) -> None:
    terminal = Terminal(slow, *RUN)
    terminal.until(r"[12] running")
    terminal.interrupt()
    terminal.until(r"\^C")
    terminal.interrupt()
    assert terminal.end() == 130
    end = time.monotonic() + 30
    while left(slow) and time.monotonic() < end:
        time.sleep(0.1)
    assert left(slow) == []


def test_verbose_is_a_line_a_finished_cell_and_off_a_terminal_lines_are_plain(bench) -> None:
    (bench.folder / "slow.py").write_text(SLOW.replace("SECONDS", "0.2"))
    done = bench(*RUN, "-v")
    lines = [line for line in done.stderr.splitlines() if not line.startswith("bench: ")]  # what is said of the data
    assert lines[0].startswith("6 cells to do, 0 cached or skipped, about ")
    cells = [line for line in lines if re.fullmatch(r"\S+, class 3, n_real \d+, seed 0: ok, \d+\.\d s", line)]
    assert sorted(line.split(",")[0] for line in cells) == ["copy", "noise", "real", "repeat", "slow", "wrong-class"]
    assert re.search(r"^6/6 cells, 0 running, about 0 s left$", done.stderr, re.MULTILINE)
    assert "\x1b" not in done.stderr + done.stdout
    assert [line for line in bench(*RUN, "--fresh").stderr.splitlines() if "class 3" in line] == []


def test_no_color_is_respected(tmp_path: Path) -> None:
    coloured, plain = Terminal(tmp_path, "list", "datasets"), Terminal(tmp_path, "list", "datasets", NO_COLOR="1")
    assert coloured.end() == plain.end() == 0
    assert "\x1b[" in coloured.shown
    assert "\x1b[" not in plain.shown
