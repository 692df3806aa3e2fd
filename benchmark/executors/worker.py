"""The process that does a job: told what over a connection, watched from outside."""

from __future__ import annotations

import faulthandler
import os
import resource
import sys
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from benchmark.executors import tree


def main(arguments: list[str]) -> Any:
    """Serve over the file descriptor given. Arguments: parent's pid, descriptor, once or many, output folder."""
    parent, descriptor, mode = int(arguments[0]), int(arguments[1]), arguments[2]
    tree.die_with(parent)
    prepare()
    serve(Connection(descriptor), once=mode == "once")


def prepare() -> None:
    """Say in the log where native code crashed, leave no core file, and be the first to go when the machine is full."""
    faulthandler.enable()
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    try:
        Path("/proc/self/oom_score_adj").write_text("500", encoding="ascii")
    except OSError:
        pass


def serve(connection: Connection, *, once: bool) -> None:
    """Do the jobs that come over the connection, until it closes, or one; end without clean-up hooks."""
    try:
        while True:
            job = connection.recv()
            answer = job.run(lambda kind, payload: connection.send((kind, payload)))
            flush()  # before the answer, after which this process may be ended at any moment
            connection.send(("finished", answer))
            if once:
                break
    except (EOFError, BrokenPipeError):
        pass
    finish(0)


def flush() -> None:
    """Write out what was printed."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError, AttributeError):
            pass  # a plugin may have closed or replaced it


def finish(code: int) -> None:
    """Flush and end at once: libraries have hung in their exit hooks."""
    flush()
    os._exit(code)
