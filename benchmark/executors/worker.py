"""The process that runs jobs. It receives them over a connection and is watched from outside."""

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
    """Run one job from the given file descriptor. Arguments: the parent's pid, the descriptor, the output folder."""
    parent, descriptor = int(arguments[0]), int(arguments[1])
    tree.die_with(parent)
    prepare()
    serve(Connection(descriptor), once=True)


def prepare() -> None:
    """Log crashes of native code, write no core files, and be the first to be killed when memory runs out."""
    faulthandler.enable()
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    try:
        Path("/proc/self/oom_score_adj").write_text("500", encoding="ascii")
    except OSError:
        pass


def serve(connection: Connection, *, once: bool) -> None:
    """Run jobs from the connection until it closes, or only one; then end without exit hooks."""
    try:
        while True:
            job = connection.recv()
            answer = job.run(lambda kind, payload: connection.send((kind, payload)))
            flush()  # before the answer: after it, this process may be ended at any moment
            connection.send(("finished", answer))
            if once:
                break
    except (EOFError, BrokenPipeError):
        pass
    finish(0)


def flush() -> None:
    """Flush stdout and stderr."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError, AttributeError):
            pass  # a plugin may have closed or replaced it


def finish(code: int) -> None:
    """Flush and end immediately: exit hooks of libraries have been seen to hang."""
    flush()
    os._exit(code)
