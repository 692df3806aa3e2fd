"""Starts `bench` for the tests: each command is a fork of this process, which has imported what most commands import.

Requests arrive over a socket, one packet each: JSON, with four descriptors (the command's stdin, stdout and stderr, and
the socket that is sent its pid and then its exit code). Start it as a script, with the socket's descriptor.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import pkgutil
import signal
import socket
import sys
from typing import Any

import benchmark.cli

LOADED = (
    *(f"benchmark.cli.{module.name}" for module in pkgutil.iter_modules(benchmark.cli.__path__)),
    "benchmark.execution",
    "benchmark.results.results",
    "jinja2",
    "matplotlib.figure",
    "numpy",
    "PIL.Image",
    "rich.live",
    "sklearn.datasets",
    "sklearn.decomposition",
)
BIGGEST = 2**18  # bytes in a request: arguments and environment


def main() -> None:
    """Serve requests until the tests end. Each command returns from here with everything set up as it expects."""
    control = socket.socket(fileno=int(sys.argv[1]))
    control.set_inheritable(False)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the tests end it
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for what watches a command
    for name in LOADED:
        importlib.import_module(name)
    gc.freeze()
    while True:
        request, descriptors, _, _ = socket.recv_fds(control, BIGGEST, 4)
        if not request:
            os._exit(0)
        if os.fork() == 0:
            control.close()
            _watch(json.loads(request), *descriptors)
            return
        for descriptor in descriptors:
            os.close(descriptor)


def _watch(request: dict[str, Any], *descriptors: int) -> None:
    """Return in a new process that is to become the command. This one reports how that ends, and ends itself."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    pid = os.fork()
    if pid == 0:
        _become(request, *descriptors)
        return
    try:
        for descriptor in descriptors[:3]:
            os.close(descriptor)
        with socket.socket(fileno=descriptors[3]) as status:
            status.send(str(pid).encode())
            _, ended = os.waitpid(pid, 0)
            status.send(str(os.waitstatus_to_exitcode(ended)).encode())
    finally:
        os._exit(0)


def _become(request: dict[str, Any], *descriptors: int) -> None:
    """Be what `python -m benchmark` would be."""
    for number, descriptor in enumerate(descriptors[:3]):
        os.dup2(descriptor, number)
    for descriptor in descriptors:
        os.close(descriptor)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    sys.argv[1:] = request["arguments"]
    if not getattr(sys.flags, "safe_path", False):  # new in Python 3.11
        sys.path[0] = request["folder"]


if __name__ == "__main__":
    main()
    benchmark.cli.main()
