"""The process that does a job: told what over a connection, watched from outside."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from multiprocessing.connection import Connection
from typing import Any

PR_SET_PDEATHSIG = 1


def die_with(parent: int) -> None:
    """Ask the kernel to kill this process when its parent dies (Linux), and end now if it is already gone."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def serve(connection: Connection, *, once: bool) -> None:
    """Do the jobs that come over the connection, until it closes, or one; end without clean-up hooks."""
    try:
        while True:
            job = connection.recv()
            answer = job.run(lambda kind, payload: connection.send((kind, payload)))
            connection.send(("finished", answer))
            if once:
                break
    except (EOFError, BrokenPipeError):
        pass
    finish(0)


def finish(code: int) -> None:
    """Flush and end at once: libraries have hung in their exit hooks."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            pass
    os._exit(code)


def main(arguments: list[str]) -> Any:
    """Serve over the file descriptor given. Arguments: parent's pid, descriptor, once or many, output folder."""
    parent, descriptor, mode = int(arguments[0]), int(arguments[1]), arguments[2]
    die_with(parent)
    serve(Connection(descriptor), once=mode == "once")
