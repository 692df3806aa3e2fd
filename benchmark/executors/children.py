"""Starting and ending processes: new interpreters, and forks of a loaded one."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Protocol

BOOT = (
    "import json,os,sys; sys.path[:]=json.loads(os.environ['SYNTHASSAY_PATH']); "
    "import importlib; importlib.import_module(sys.argv[1]).main(sys.argv[2:])"
)


def environment() -> dict[str, str]:
    """Return the environment of a child: our import path, one thread a library, quiet TensorFlow, no GPU."""
    return {
        **os.environ,
        "SYNTHASSAY_PATH": json.dumps(sys.path),
        **dict.fromkeys(
            (
                "OMP_NUM_THREADS",
                "OPENBLAS_NUM_THREADS",
                "MKL_NUM_THREADS",
                "NUMEXPR_NUM_THREADS",
                "NUMBA_NUM_THREADS",
                "TF_NUM_INTRAOP_THREADS",
                "TF_NUM_INTEROP_THREADS",
            ),
            "1",
        ),
        "TF_CPP_MIN_LOG_LEVEL": "2",
        "CUDA_VISIBLE_DEVICES": "-1",
        "PYTHONHASHSEED": "0",
        "PYTHONUNBUFFERED": "1",
    }


class Child(Protocol):
    """A process at work, with the connection to it."""

    pid: int
    connection: Connection

    def exit_code(self) -> int | None:
        """Return the exit code (negative: the signal), or None while it lives."""

    def kill(self) -> None:
        """Kill the process and its group, and reap it."""


def _launch(module: str, descriptor: int, *arguments: str, log: int | None) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", BOOT, module, str(os.getpid()), str(descriptor), *arguments],
        env=environment(),
        pass_fds=[descriptor],
        start_new_session=True,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
    )


class Interpreter:
    """A new interpreter that serves one job or many. Its output goes to `log`."""

    def __init__(self, out: Path, log: Path, *, once: bool) -> None:
        """Start it."""
        self.connection, theirs = Pipe()
        with theirs, log.open("ab") as file:
            self._process = _launch(
                "benchmark.executors.worker", theirs.fileno(), "once" if once else "many", str(out), log=file.fileno()
            )
        self.pid = self._process.pid

    def exit_code(self) -> int | None:
        """Return the exit code (negative: the signal), or None while it lives."""
        return self._process.poll()

    def kill(self) -> None:
        """Kill the process and its group, and reap it."""
        kill_group(self.pid)
        self._process.wait()
        self.connection.close()


class ForkServer:
    """The process that light jobs are forked from; started with the first. Nothing here waits for it."""

    def __init__(self, out: Path) -> None:
        """Start it."""
        self._control, theirs = socket.socketpair()
        with theirs:
            self._process = _launch("benchmark.executors.forkserver", theirs.fileno(), str(out), log=None)
        self._control.setblocking(False)
        self._lines = b""
        self._asked: list[Fork] = []
        self._ended: dict[int, int] = {}
        self.alive = True

    def fork(self, log: Path) -> Fork:
        """Return a child that is about to start. Its output goes to `log`."""
        ours, theirs = Pipe()
        with theirs, log.open("ab") as file:
            try:
                socket.send_fds(self._control, [b"f"], [theirs.fileno(), file.fileno()])
            except OSError:
                self.alive = False
        self._asked.append(Fork(ours, self))
        return self._asked[-1]

    def exit_code_of(self, child: Fork) -> int | None:
        """Return the exit code of a child, or None while it lives. The kernel ends the children of a dead server."""
        try:
            while content := self._control.recv(65536):
                self._take(content)
            self.alive = False
        except BlockingIOError:
            pass
        except OSError:
            self.alive = False
        return self._ended.get(child.pid, None if self.alive else -signal.SIGKILL)

    def forget(self, child: Fork) -> None:
        """Forget a child that was killed."""
        self._ended.pop(child.pid, None)
        if child in self._asked:
            self._asked[self._asked.index(child)] = Fork(child.connection, self)     # keeps its turn

    def _take(self, content: bytes) -> None:
        *lines, self._lines = (self._lines + content).split(b"\n")
        for line in lines:
            word, pid, *status = line.split()
            if word == b"started":
                self._asked.pop(0).pid = int(pid)
            else:
                self._ended[int(pid)] = os.waitstatus_to_exitcode(int(status[0]))

    def kill(self) -> None:
        """End the server; the kernel ends its children with it."""
        kill_group(self._process.pid)
        self._process.wait()
        self._control.close()


class Fork:
    """A child of the fork server. `pid` is 0 until it has started."""

    def __init__(self, connection: Connection, server: ForkServer) -> None:
        """Take over a child that was asked for."""
        self.pid, self.connection, self._server = 0, connection, server

    def exit_code(self) -> int | None:
        """Return the exit code (negative: the signal), or None while it lives."""
        return self._server.exit_code_of(self)

    def kill(self) -> None:
        """Kill the process and its group, and wait until the server has reaped it."""
        until = time.monotonic() + 5
        while self.exit_code() is None and time.monotonic() < until:
            kill_group(self.pid)
            time.sleep(0.002)
        self._server.forget(self)
        self.connection.close()


def kill_group(pid: int) -> None:
    """Kill a process group that may be gone already, or not there yet (0)."""
    if not pid:
        return
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass
