"""Job processes from the runner's side: requested from the fork server, held on a leash."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Mapping
from multiprocessing import Pipe
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any, Literal

from benchmark.evidence.embedding import compiling
from benchmark.executors.forkserver import BOOT

PATIENCE = 5.0  # seconds to wait for a supervisor's answer
GONE: dict[str, Any] = {"ended": None, "peak": 0, "output": ""}  # for a process that did not report how it ended


def environment() -> dict[str, str]:
    """Return the environment of a child: our import path, one thread per library, a quiet TensorFlow and no GPU."""
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
        "NUMBA_CACHE_DIR": str(compiling.folder()),
        "TF_CPP_MIN_LOG_LEVEL": "2",
        "CUDA_VISIBLE_DEVICES": "-1",
        "PYTHONHASHSEED": "0",
        "PYTHONUNBUFFERED": "1",
    }


class ForkServer:
    """The process that starts all other processes. Nothing here waits for it."""

    def __init__(self, out: Path) -> None:
        """Start the server process."""
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            arguments = ["benchmark.executors.forkserver", str(os.getpid()), str(theirs.fileno()), str(out)]
            self._process = self._begin(arguments, theirs.fileno())
        self._control.setblocking(False)

    @property
    def alive(self) -> bool:
        """Whether the server still runs and can start children."""
        return self._process.poll() is None

    def start(
        self, how: Literal["fork", "fresh", "pool"], log: Path, memory: float, changes: Mapping[str, str]
    ) -> Child:
        """Return a child that is about to start. memory: in GiB. changes: to the environment of a new interpreter."""
        leash, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        connection, its = Pipe()
        request = {"start": how, "log": str(log), "memory": int(memory * 2**30), "environment": dict(changes)}
        with theirs, its:
            try:
                socket.send_fds(self._control, [json.dumps(request).encode()], [theirs.fileno(), its.fileno()])
            except OSError:
                pass  # the server is dead; the child's leash then has no other end, which is noticed there
        return Child(leash, connection, log)

    def kill(self) -> None:
        """End the server. Its children have their own supervisors."""
        self._process.kill()
        self._process.wait()
        self._control.close()

    def _begin(self, arguments: list[str], descriptor: int) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-c", BOOT, *arguments],
            env=environment(),
            pass_fds=[descriptor],
            start_new_session=True,
            stdin=subprocess.DEVNULL,
        )


class Child:
    """A job's process, held by the leash of its supervisor. `pid` is 0 until it has started."""

    def __init__(self, leash: socket.socket, connection: Any, log: Path) -> None:
        """Take over a child that was requested."""
        self.leash, self.connection = leash, connection
        self.pid = 0
        self.ended: dict[str, Any] | None = None
        self._log = str(log)

    def look(self) -> dict[str, Any] | None:
        """Return how it ended, or None while it lives.

        The keys are "ended" (the exit code), "peak" (bytes) and "output" (the last lines).
        """
        while self.ended is None and wait([self.leash], 0):
            self._hear()
        return self.ended

    def log_to(self, path: Path) -> None:
        """Write the output to another file from now on."""
        try:
            self.leash.send(json.dumps({"log": str(path)}).encode())
        except OSError:
            return
        while self.ended is None and self._log != str(path) and wait([self.leash], PATIENCE):
            self._hear()

    def let_go(self) -> None:
        """Make the supervisor kill whatever is left and then end."""
        try:
            self.leash.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def close(self) -> None:
        """Let go, then wait until nothing is left, for as long as a killed process may take to end."""
        self.let_go()
        while self.ended is None and wait([self.leash], PATIENCE):
            self._hear()
        self.leash.close()
        self.connection.close()

    def _hear(self) -> None:
        try:
            content = self.leash.recv(2**16)
        except OSError:
            content = b""
        said = json.loads(content) if content else GONE
        if "ended" in said:
            self.ended = said
        self.pid = said.get("started", self.pid)
        self._log = said.get("logs", self._log)
