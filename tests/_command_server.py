"""Starts `bench` for the tests: each command is a fork of this process, which has imported what most commands import.

So is the fork server of each command, unless other threads run in it by then: a new interpreter would import numpy and
scikit-learn again for each run, which takes longer than the jobs of most tests.
Requests arrive over a socket, one packet each: JSON, with four descriptors (the command's stdin, stdout and stderr, and
the socket that is sent its pid and then its exit code). Start it as a script, with the socket's descriptor.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import pkgutil
import signal
import socket
import sys
import threading
import traceback
from pathlib import Path
from typing import Any, NoReturn

import benchmark.cli
from benchmark.executors import children, forkserver
from benchmark.plugins.registry import FOLDERS

LOADED = (
    *(
        module.name
        for folder in ("benchmark.cli", *FOLDERS)
        for module in pkgutil.iter_modules(importlib.import_module(folder).__path__, f"{folder}.")
    ),
    "benchmark.execution",
    "benchmark.jobs.generate",
    "benchmark.jobs.score",
    "benchmark.results.results",
    "jinja2",
    "matplotlib.figure",
    "numpy",
    "PIL.Image",
    "rich.live",
    "sklearn.datasets",
    "sklearn.decomposition",
    "sklearn.mixture",
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
    children.ForkServer._begin = _begin  # type: ignore[method-assign]
    sys.argv[1:] = request["arguments"]
    if not getattr(sys.flags, "safe_path", False):  # new in Python 3.11
        sys.path[0] = request["folder"]


_in_new_interpreter = children.ForkServer._begin


def _begin(self: children.ForkServer, arguments: list[str], descriptor: int) -> Any:
    """Fork the command that asks for a fork server; a fork must not copy what another thread is in the middle of."""
    if threading.active_count() > 1:
        return _in_new_interpreter(self, arguments, descriptor)
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid:
        return Forked(pid)
    try:
        sys.settrace(None)  # the coverage of jobs is not measured
        os.setsid()
        _close_all_but(descriptor)
        os.environ.update(children.environment())
        forkserver.main(arguments[1:])  # without the name of the module
    except Exception:
        traceback.print_exc()
        raise
    finally:
        os._exit(1)


def _close_all_but(descriptor: int) -> None:
    """Keep stdout, stderr and a descriptor, as a new interpreter would, and read nothing."""
    with Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    os.closerange(3, descriptor)
    os.closerange(descriptor + 1, os.sysconf("SC_OPEN_MAX"))
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


class Forked:
    """A child, as `subprocess.Popen` would describe it."""

    def __init__(self, pid: int) -> None:
        """Take over a child of this process."""
        self.pid = pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Return the exit code, or None while it runs."""
        return self._look(os.WNOHANG)

    def wait(self) -> int | None:
        """Return the exit code when it has ended."""
        return self._look(0)

    def kill(self) -> None:
        """Kill it."""
        if self.poll() is None:
            os.kill(self.pid, signal.SIGKILL)

    def _look(self, how: int) -> int | None:
        if self.returncode is None:
            pid, ended = os.waitpid(self.pid, how)
            self.returncode = os.waitstatus_to_exitcode(ended) if pid else None
        return self.returncode


def _end(code: int) -> NoReturn:
    """End as Python does, but for taking all modules apart, which takes longer than most commands."""
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    main()
    try:
        benchmark.cli.main()
    except SystemExit as done:
        if isinstance(done.code, int):
            _end(done.code)
        raise
