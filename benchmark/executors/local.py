"""Runs jobs on this machine, so many at once, each in a process that is watched for time and memory."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass
from multiprocessing.connection import wait
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from benchmark.executors import Event, Job
from benchmark.executors.children import ForkServer, Interpreter

if TYPE_CHECKING:
    from benchmark.executors.children import Child

WATCH = 0.1  # seconds between looks at memory
MIB, GIB = 2**20, 2**30


@dataclass
class _Running:
    job: Job
    child: Child
    since: float  # when the current stage began
    peak: int = 0


class Local:
    """Supervised processes on this machine."""

    def __init__(self, slots: int, out: Path) -> None:
        """Nothing is started before the first job."""
        self.slots, self._out = slots, out
        self._running: list[_Running] = []
        self._idle: list[Interpreter] = []
        self._server: ForkServer | None = None
        self._looked = 0.0
        self._workers = 0  # ever started, for the names of their logs

    @property
    def free(self) -> int:
        """How many more jobs may be started now."""
        return self.slots - len(self._running)

    def start(self, job: Job) -> None:
        """Start a job; there must be a free slot."""
        child = self._child(job)
        self._running.append(_Running(job, child, time.monotonic()))
        try:
            child.connection.send(job)
        except (BrokenPipeError, ConnectionError):
            pass  # it died at once: poll finds out

    def poll(self, timeout: float = WATCH) -> list[Event]:
        """Wait up to `timeout` seconds for news and return it."""
        by_connection = {running.child.connection: running for running in self._running}
        events: list[Event] = []
        for connection in wait(list(by_connection), min(timeout, WATCH)):
            events += self._read(by_connection[connection])  # type: ignore[index]
        if time.monotonic() - self._looked >= WATCH:
            self._looked = time.monotonic()
            for running in list(self._running):
                events += self._watch(running)
        return events

    def close(self) -> None:
        """End all processes at once; what was in hand is lost."""
        for running in self._running:
            running.child.kill()
        for worker in self._idle:
            worker.kill()
        if self._server is not None:
            self._server.kill()
        self._running, self._idle, self._server = [], [], None
        for log in (self._out / "work").glob(f"scoring-{os.getpid()}-*.log"):
            if not log.stat().st_size:
                log.unlink()

    def _child(self, job: Job) -> Child:
        log = job.folder / "log.txt"
        if job.start == "fork":
            if self._server is None or not self._server.alive:
                self._server = ForkServer(self._out)
            return self._server.fork(log)
        if job.start == "fresh":
            return Interpreter(self._out, log, once=True)
        while self._idle:
            worker = self._idle.pop()
            if worker.exit_code() is None:
                return worker
        self._workers += 1
        return Interpreter(self._out, self._out / "work" / f"scoring-{os.getpid()}-{self._workers}.log", once=False)

    def _read(self, running: _Running) -> list[Event]:
        try:
            kind, payload = running.child.connection.recv()
        except (EOFError, OSError):
            return [self._ended(running, "crashed", "")]
        if kind == "finished":
            return [self._ended(running, payload.pop("status", "ok"), payload.pop("reason", ""), payload)]
        if kind == "stage":
            running.since = time.monotonic()
        return [Event(running.job, kind, payload)]

    def _watch(self, running: _Running) -> list[Event]:
        if running.child.exit_code() is not None and not running.child.connection.poll():
            return [self._ended(running, "crashed", "")]  # a child of its own still holds the connection
        if not running.child.pid:
            running.since = time.monotonic()  # the process that it is forked from is still loading
        running.peak = max(running.peak, _resident(running.child.pid))
        if running.peak > running.job.memory * GIB:
            reason = f"used {running.peak / MIB:.0f} MiB, allowed are {running.job.memory * 1024:.0f}"
            return [self._ended(running, "out-of-memory", reason)]
        if time.monotonic() - running.since > running.job.seconds:
            return [self._ended(running, "timeout", f"ran longer than {running.job.seconds:g} seconds")]
        return []

    def _ended(self, running: _Running, status: str, reason: str, result: dict[str, Any] | None = None) -> Event:
        self._running.remove(running)
        if status == "crashed":
            reason = _how_it_ended(running.child)
        if running.job.start == "pool" and result is not None:
            self._idle.append(running.child)  # type: ignore[arg-type]
        else:
            running.child.kill()
        result = result or {}
        peak = max(round(running.peak / MIB, 1), result.get("peak_rss_mib", 0.0))
        return Event(running.job, "ended", {**result, "status": status, "reason": reason, "peak_rss_mib": peak})


def _resident(pid: int) -> int:
    """Return the resident bytes of a process and all below it."""
    total = 0
    if not pid:
        return total
    try:
        process = psutil.Process(pid)
        for each in [process, *process.children(recursive=True)]:
            try:
                total += each.memory_info().rss
            except psutil.Error:
                continue
    except psutil.Error:
        pass
    return total


def _how_it_ended(child: Child) -> str:
    until = time.monotonic() + 1
    while (code := child.exit_code()) is None and time.monotonic() < until:
        time.sleep(0.005)
    if code is None:
        return "the process closed its connection and went on"
    if code < 0:
        return f"the process was killed by {signal.Signals(-code).name}"
    return f"the process ended with exit code {code}"
