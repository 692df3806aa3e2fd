"""The process that starts all jobs of a run, each under its own supervisor.

Requests arrive over a socket, one packet each: JSON, with two descriptors (the supervisor's leash and the job's
connection). Light jobs and scoring workers are forked with numpy and scikit-learn loaded (they are imported for the
first of them); other jobs get a new interpreter. Importing starts no thread, because each library may have only one:
a fork copies nothing that another thread is in the middle of.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import socket
import sys
from collections.abc import Mapping
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from benchmark.executors import tree
from benchmark.executors.supervisor import Work, supervise
from benchmark.executors.worker import finish, prepare, serve

BOOT = (
    "import json,os,sys; sys.path[:]=json.loads(os.environ['SYNTHASSAY_PATH']); "
    "import importlib; importlib.import_module(sys.argv[1]).main(sys.argv[2:])"
)


def main(arguments: list[str]) -> None:
    """Serve requests from the given file descriptor. Arguments: the parent's pid, the descriptor, the output folder."""
    tree.die_with(int(arguments[0]))
    control = socket.socket(fileno=int(arguments[1]))
    control.set_inheritable(False)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # supervisors report themselves how they end
    while True:
        request, descriptors, _, _ = socket.recv_fds(control, 2**16, 2)
        if not request:
            finish(0)
        _start(control, json.loads(request), *descriptors, out=arguments[2])


def _start(control: socket.socket, request: Mapping[str, Any], leash: int, connection: int, *, out: str) -> None:
    if request["start"] != "fresh":
        _load()
    if os.fork() == 0:
        control.close()
        try:
            _supervise(request, leash, connection, out)
        finally:
            os._exit(0)
    os.close(leash)
    os.close(connection)


def _load() -> None:
    """Import what light jobs and scoring workers need, once."""
    if "benchmark.jobs.score" in sys.modules:
        return
    import numpy  # noqa: F401
    import sklearn.decomposition
    import sklearn.mixture  # noqa: F401

    import benchmark.jobs.generate
    import benchmark.jobs.score  # noqa: F401

    gc.freeze()  # what is loaded stays shared with the children


def _supervise(request: Mapping[str, Any], leash: int, connection: int, out: str) -> None:
    def forked() -> None:
        prepare()
        serve(Connection(connection), once=request["start"] == "fork")

    def executed() -> None:
        os.set_inheritable(connection, True)
        command = [sys.executable, "-c", BOOT, "benchmark.executors.worker", str(os.getppid()), str(connection), out]
        os.execve(sys.executable, command, {**os.environ, **request["environment"]})  # noqa: S606

    job = executed if request["start"] == "fresh" else forked
    supervise(socket.socket(fileno=leash), Work(job, connection, Path(request["log"]), request["memory"]))
