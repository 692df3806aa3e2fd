"""Runs `bench` as users do, but without importing numpy and scikit-learn for each command again."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmark.executors.children import environment

SERVER = Path(__file__).with_name("_command_server.py")
PATIENCE = 300.0  # seconds
Done = subprocess.CompletedProcess[str]


class Commands:
    """Runs commands as forks of one process, which it starts. What they import and change is gone when they end."""

    def __init__(self) -> None:
        """Start the process that they are forked from."""
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            words = [sys.executable, str(SERVER), str(theirs.fileno())]
            env = {**os.environ, **environment()}  # one thread per library, as in jobs
            self._server = subprocess.Popen(words, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, env=env)

    def close(self) -> None:
        """End the process that commands are forked from."""
        self._control.close()
        self._server.wait()

    def run(self, *arguments: object, folder: Path, code: int | None = 0, anew: bool = False) -> Done:
        """Run a command in a folder, with this process's environment, and return its exit code and its output.

        code: the exit code that is expected, or None for any. anew: in a new interpreter, as users run it, where it
        matters what is imported and when.
        """
        words = list(map(str, arguments))
        done = _new_interpreter(words, folder) if anew else self._fork(words, folder)
        if code is not None:
            assert done.returncode == code, f"exit {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    def _fork(self, words: list[str], folder: Path) -> Done:
        request = {"arguments": words, "folder": str(folder), "environment": _environment()}
        status, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        (stdout, out), (stderr, err) = os.pipe(), os.pipe()
        with theirs, Path(os.devnull).open("rb") as stdin:
            given = [stdin.fileno(), out, err, theirs.fileno()]
            socket.send_fds(self._control, [json.dumps(request).encode()], given)
        os.close(out)
        os.close(err)
        with status, ThreadPoolExecutor(2) as pool:
            said = [pool.submit(_read, descriptor) for descriptor in (stdout, stderr)]
            pid = int(status.recv(64))
            status.settimeout(PATIENCE)
            try:
                code = int(status.recv(64))
                return Done(["bench", *words], code, *(output.result(PATIENCE) for output in said))
            except TimeoutError:
                os.kill(pid, signal.SIGKILL)
                raise


def _new_interpreter(words: list[str], folder: Path) -> Done:
    command = [sys.executable, "-m", "benchmark", *words]
    return subprocess.run(command, cwd=folder, env=_environment(), capture_output=True, text=True, timeout=PATIENCE)


def _environment() -> dict[str, str]:
    """Return the environment of a command. Coverage is not measured in what it starts, which would be slow."""
    return {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}


def _read(descriptor: int) -> str:
    with open(descriptor, encoding="utf-8") as file:
        return file.read()
