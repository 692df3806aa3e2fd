"""What executors of one process share: its fork server, and scoring workers that wait for their next job."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

from benchmark.executors.children import Child, ForkServer

if TYPE_CHECKING:
    from benchmark.jobs import Job


class Home:
    """Gives out children; nothing is started before the first. May be used by several threads."""

    def __init__(self, out: Path) -> None:
        """`out` stands on the command lines of what is started."""
        self._out = out
        self._server: ForkServer | None = None
        self._idle: list[Child] = []
        self._lock = threading.Lock()

    def child(self, job: Job) -> Child:
        """Return a process for a job: a worker that waits, or a new one."""
        log = job.folder / "log.txt"
        with self._lock:
            while job.start == "pool" and self._idle:
                worker = self._idle.pop()
                worker.log_to(log)
                if worker.look() is None:
                    return worker
                worker.close()
            if self._server is None or not self._server.alive:
                self._server = ForkServer(self._out)
            return self._server.start(job.start, log, job.memory, job.environment)

    def take_back(self, worker: Child) -> None:
        """Keep a scoring worker for its next job."""
        with self._lock:
            self._idle.append(worker)

    def close(self) -> None:
        """End the server and the workers that wait."""
        with self._lock:
            for worker in self._idle:
                worker.let_go()
            for worker in self._idle:
                worker.close()
            if self._server is not None:
                self._server.kill()
            self._idle, self._server = [], None
