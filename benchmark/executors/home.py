"""What the executors of one process share: the fork server, and scoring workers that wait for their next job."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

from benchmark.executors.children import Child, ForkServer

if TYPE_CHECKING:
    from benchmark.jobs import Job


class Home:
    """Provides child processes; nothing is started before the first request. Safe to use from several threads."""

    def __init__(self, out: Path) -> None:
        """`out` appears on the command lines of the processes that are started."""
        self._out = out
        self._server: ForkServer | None = None
        self._idle: list[Child] = []
        self._lock = threading.Lock()

    def child(self, job: Job) -> Child:
        """Return a process for a job: a waiting worker, or a new process."""
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
        """Keep a scoring worker until its next job."""
        with self._lock:
            self._idle.append(worker)

    def close(self) -> None:
        """End the server and the waiting workers."""
        with self._lock:
            for worker in self._idle:
                worker.let_go()
            for worker in self._idle:
                worker.close()
            if self._server is not None:
                self._server.kill()
            self._idle, self._server = [], None
