"""A process with numpy and scikit-learn loaded that forks a child for each light job.

Requests come over a socket: one byte with two descriptors (the child's connection and its log). Answers are lines:
"started PID", and later "ended PID STATUS" (as `os.waitpid` gives it).
"""

from __future__ import annotations

import os
import select
import signal
import socket
from multiprocessing.connection import Connection

from benchmark.executors.worker import die_with, finish, serve


def main(arguments: list[str]) -> None:
    """Serve over the file descriptor given. Arguments: parent's pid, descriptor, output folder."""
    die_with(int(arguments[0]))
    control = socket.socket(fileno=int(arguments[1]))
    control.set_inheritable(False)
    import numpy  # noqa: F401
    import sklearn.decomposition
    import sklearn.mixture  # noqa: F401

    import benchmark.cell  # noqa: F401

    signal.signal(signal.SIGCHLD, lambda *_: None)
    wake_read, wake_write = os.pipe()
    os.set_blocking(wake_write, False)
    signal.set_wakeup_fd(wake_write)
    while True:
        ready, _, _ = select.select([control.fileno(), wake_read], [], [])
        if wake_read in ready:
            os.read(wake_read, 4096)
            _report_ended(control)
        if control.fileno() in ready:
            message, descriptors, _, _ = socket.recv_fds(control, 1, 2)
            if not message:
                finish(0)
            _start(control, *descriptors)


def _start(control: socket.socket, connection: int, log: int) -> None:
    server = os.getpid()
    pid = os.fork()
    if pid == 0:
        os.setsid()
        die_with(server)
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        control.close()
        os.dup2(log, 1)
        os.dup2(log, 2)
        os.close(log)
        try:
            serve(Connection(connection), once=True)
        finally:
            finish(1)
    os.close(connection)
    os.close(log)
    control.sendall(f"started {pid}\n".encode())


def _report_ended(control: socket.socket) -> None:
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        control.sendall(f"ended {pid} {status}\n".encode())
