"""Runs `bench` in the process of the tests, where thousands of commands take seconds, and what they need with that."""

from __future__ import annotations

import io
import logging
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import benchmark.cli

LIMIT = 60  # seconds per command, which take milliseconds: reading an endless device or a FIFO takes longer


@dataclass(frozen=True)
class Said:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str


@contextmanager
def as_it_was() -> Iterator[None]:
    """Undo what a command changes in its process."""
    log, environment, path = logging.getLogger("benchmark"), dict(os.environ), [*sys.path]
    handlers, level, propagate = log.handlers, log.level, log.propagate
    signals = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    yield
    for number, handler in signals.items():
        signal.signal(number, handler)
    log.handlers, log.propagate = handlers, propagate
    log.setLevel(level)
    sys.path[:] = path
    os.environ.clear()
    os.environ.update(environment)


def bench(*words: str) -> Said:
    """Run a command in this process, and end it if it hangs."""
    out, err, code = io.StringIO(), io.StringIO(), 0
    before = sys.argv
    sys.argv = ["bench", *words]
    with redirect_stdout(out), redirect_stderr(err), limited(LIMIT):
        try:
            benchmark.cli.main()
        except SystemExit as ended:
            code = int(ended.code or 0)
        finally:
            sys.argv = before
    return Said(code, out.getvalue(), err.getvalue())


@contextmanager
def limited(seconds: int) -> Iterator[None]:
    """Raise TimeoutError in the enclosed code when the time is over."""

    def over(*_: object) -> None:
        raise TimeoutError(f"it took longer than {seconds} seconds")

    before = signal.signal(signal.SIGALRM, over)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def tree(folder: Path) -> dict[str, tuple[int, int]]:
    """Return the size and the time of everything in a folder."""
    found = {}
    for entry in os.scandir(folder):
        status = entry.stat(follow_symlinks=False)
        found[entry.path] = status.st_size, status.st_mtime_ns
        if entry.is_dir(follow_symlinks=False):
            found |= tree(Path(entry.path)) if os.access(entry.path, os.R_OK | os.X_OK) else {}
    return found
