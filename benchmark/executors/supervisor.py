"""The supervisor of a job: starts the job, collects its output, watches its memory and leaves nothing behind.

It is connected to the runner by a socket, the leash. It sends packets of JSON: {"started": PID}, then {"logs": PATH}
for each change of the log, and finally {"ended": ...}. It receives {"log": PATH}; if the leash is closed, the runner is
dead or wants the job ended. Whatever a job starts remains a descendant of its supervisor, which ends when the kernel
reports that nothing is left.
"""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmark.executors import tree
from benchmark.executors.log import Log, excerpt

WATCH = 0.1  # seconds between checks of the memory
STUBBORN = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)  # a job may send these to its parent
CHUNK = 2**16


@dataclass(frozen=True)
class Work:
    """What a supervisor starts. run: called in a new process, which it must end. connection: used only by the job."""

    run: Callable[[], Any]
    connection: int
    log: Path
    memory: int  # bytes


def supervise(leash: socket.socket, work: Work) -> None:
    """Act as the supervisor of a job; return when nothing of it is left."""
    os.setsid()
    tree.adopt_orphans()
    for number in STUBBORN:
        signal.signal(number, signal.SIG_IGN)
    Supervisor(leash, work).run()


class Supervisor:
    """Watches one job."""

    def __init__(self, leash: socket.socket, work: Work) -> None:
        """Prepare the log and the pipes; nothing is started yet."""
        self._leash, self._work, self._log = leash, work, Log(work.log)
        self._wake, self._waker = os.pipe()
        self._output, self._printed = os.pipe()
        for descriptor in (self._waker, self._output):
            os.set_blocking(descriptor, False)
        self._listening = True
        self._status: int | None = None
        self._peak = 0

    def run(self) -> None:
        """Start the job and watch it until it has ended or must be ended."""
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._waker, warn_on_full_buffer=False)
        pid = self._start()
        self._say({"started": pid})
        looked, held = 0.0, True
        while held and self._status is None and self._peak <= self._work.memory:
            watched = [self._leash.fileno(), self._wake, *([self._output] if self._listening else [])]
            ready, _, _ = select.select(watched, [], [], WATCH)
            if self._output in ready:
                self._listen()
            if self._leash.fileno() in ready:
                held = self._obey()
            if self._wake in ready:
                os.read(self._wake, CHUNK)
                self._reap(pid)
            if time.monotonic() - looked >= WATCH:
                looked = time.monotonic()
                self._peak = max(self._peak, tree.resident(tree.below(os.getpid())))
        tree.kill_all_below()
        self._drain()
        self._log.close()
        self._say({"ended": self._status, "peak": self._peak, "output": excerpt(self._log.recent)})

    def _start(self) -> int:
        supervisor = os.getpid()
        pid = os.fork()
        if pid == 0:
            os.setsid()
            tree.die_with(supervisor)
            signal.set_wakeup_fd(-1)
            for number in (*STUBBORN, signal.SIGCHLD):
                signal.signal(number, signal.SIG_DFL)
            os.dup2(self._printed, 1)
            os.dup2(self._printed, 2)
            for descriptor in (self._wake, self._waker, self._output, self._printed, self._leash.detach()):
                os.close(descriptor)
            self._work.run()
            os._exit(1)
        os.close(self._printed)
        os.close(self._work.connection)
        return pid

    def _listen(self) -> bool:
        """Read some output. Returns False if there is none at the moment."""
        try:
            output = os.read(self._output, CHUNK)
        except BlockingIOError:
            return False
        self._listening = bool(output)
        self._log.write(output)
        return self._listening

    def _drain(self) -> None:
        while self._listening and self._listen():
            pass

    def _obey(self) -> bool:
        """Do what the runner asks. Returns False if the leash was closed."""
        try:
            order = self._leash.recv(CHUNK)
        except OSError:
            return False
        if not order:
            return False
        self._drain()
        self._log.close()
        path = json.loads(order)["log"]
        self._log = Log(Path(path))
        self._say({"logs": path})
        return True

    def _reap(self, job: int) -> None:
        try:
            while (found := os.waitpid(-1, os.WNOHANG))[0]:
                if found[0] == job:
                    self._status = os.waitstatus_to_exitcode(found[1])
        except ChildProcessError:
            pass

    def _say(self, what: dict[str, Any]) -> None:
        try:
            self._leash.send(json.dumps(what).encode())
        except OSError:
            pass  # the runner is dead
