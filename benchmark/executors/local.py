"""Runs jobs in parallel on this machine, each in a process with a time and a memory limit."""

from __future__ import annotations

import signal
import time
from dataclasses import dataclass
from multiprocessing.connection import wait
from typing import Any

from benchmark.executors import Event
from benchmark.executors.children import GONE, PATIENCE, Child
from benchmark.executors.home import Home
from benchmark.jobs import Job

WATCH = 0.1  # seconds between checks of the time limits
DEAF = 1.0  # seconds in which a process must end after closing its connection
MIB, GIB = 2**20, 2**30
UNSAID = ("crashed", "timeout", "out-of-memory")


@dataclass
class _Running:
    job: Job
    child: Child
    since: float  # when the current stage began
    deaf: float = 0.0  # when its connection was lost; 0 if it still works
    outcome: dict[str, Any] | None = None  # how the job ended, while its processes are being ended
    ending: float = 0.0  # when we began to end them

    @property
    def hears(self) -> bool:
        """Whether the job may still send messages."""
        return self.outcome is None and not self.deaf


class Local:
    """Supervised processes on this machine."""

    def __init__(self, slots: int, home: Home) -> None:
        """Nothing is started before the first job."""
        self.slots, self._home = slots, home
        self._running: list[_Running] = []

    @property
    def free(self) -> int:
        """How many more jobs may be started now."""
        return self.slots - len(self._running)

    def start(self, job: Job) -> None:
        """Start a job; there must be a free slot."""
        child = self._home.child(job)
        self._running.append(_Running(job, child, time.monotonic()))
        try:
            child.connection.send(job)
        except (BrokenPipeError, ConnectionError):
            pass  # it died right away; poll notices

    def poll(self, timeout: float = WATCH) -> list[Event]:
        """Wait up to `timeout` seconds for news and return it."""
        talking = [running.child.connection for running in self._running if running.hears]
        wait([*talking, *(running.child.leash for running in self._running)], min(timeout, WATCH))
        return [event for running in list(self._running) for event in self._news(running)]

    def close(self) -> None:
        """End all processes immediately; unfinished jobs are lost."""
        self.stop()
        self._home.close()

    def stop(self) -> None:
        """End all running jobs."""
        for running in self._running:
            running.child.let_go()
        for running in self._running:
            running.child.close()
        self._running = []

    def _news(self, running: _Running) -> list[Event]:
        ended = running.child.look()  # must come before its last messages are read
        events = self._read(running)
        if running not in self._running:
            return events  # the worker is kept for its next job
        if running.outcome is None:
            running.outcome = _overdue(running, ended)
        if running.outcome is not None:
            running.ending = running.ending or time.monotonic()
            running.child.let_go()
            if ended is not None or time.monotonic() - running.ending > PATIENCE:
                self._running.remove(running)
                running.child.close()
                events.append(_ended(running.job, running.outcome, ended or GONE))
        return events

    def _read(self, running: _Running) -> list[Event]:
        """Return the messages that the job has sent."""
        events: list[Event] = []
        try:
            while running.hears and running.child.connection.poll():
                kind, payload = running.child.connection.recv()
                if kind != "finished":
                    running.since = time.monotonic() if kind == "stage" else running.since
                    events.append(Event(running.job, kind, payload))
                elif running.job.start == "pool":
                    self._running.remove(running)
                    self._home.take_back(running.child)
                    return [*events, _ended(running.job, payload, GONE)]
                else:
                    running.outcome = payload
        except Exception:  # noqa: BLE001 - the process ended or closed its connection, or a plugin wrote to it
            running.deaf = time.monotonic()
        return events


def _overdue(running: _Running, ended: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return the outcome of a job that ended without finishing, or must be ended; None while it may go on."""
    now, job = time.monotonic(), running.job
    if ended is not None:
        if ended["peak"] > job.memory * GIB:
            reason = f"used {ended['peak'] / MIB:.0f} MiB; allowed are {job.memory * 1024:.0f} MiB"
            return {"status": "out-of-memory", "reason": reason}
        return {"status": "crashed", "reason": _how_it_ended(ended["ended"])}
    if running.deaf and now - running.deaf > DEAF:
        return {"status": "crashed", "reason": "the process closed its connection but did not end"}
    if not running.child.pid:
        running.since = now  # not started yet: the process that forks it is still importing
    if now - running.since > job.seconds:
        return {"status": "timeout", "reason": f"ran longer than {job.seconds:g} seconds"}
    return None


def _ended(job: Job, outcome: dict[str, Any], ended: dict[str, Any]) -> Event:
    """Return the last event of a job. If the job was ended, the reason includes the last lines of its output."""
    status, reason = outcome.get("status", "ok"), outcome.get("reason", "")
    if status in UNSAID and ended["output"]:
        reason = f"{reason}; its last output: {ended['output']}"
    peak = max(round(ended["peak"] / MIB, 1), outcome.get("peak_rss_mib", 0.0))
    return Event(job, "ended", {**outcome, "status": status, "reason": reason, "peak_rss_mib": peak})


def _how_it_ended(code: int | None) -> str:
    if code is None:
        return "its supervisor process was killed"
    if code < 0:
        return f"the process was killed by {signal.Signals(-code).name}"
    return f"the process ended with exit code {code}"
