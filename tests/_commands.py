"""Runs `bench` as users do, but without importing numpy and scikit-learn for each command again."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
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
        done = _new_interpreter(words, folder) if anew else self.start(*words, folder=folder).wait()
        if code is not None:
            assert done.returncode == code, f"exit {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    def start(self, *arguments: object, folder: Path) -> Running:
        """Start a command as `run` does, and return it while it runs."""
        request = {"arguments": list(map(str, arguments)), "folder": str(folder), "environment": _environment()}
        status, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        (stdout, out), (stderr, err) = os.pipe(), os.pipe()
        with theirs, Path(os.devnull).open("rb") as stdin:
            given = [stdin.fileno(), out, err, theirs.fileno()]
            socket.send_fds(self._control, [json.dumps(request).encode()], given)
        os.close(out)
        os.close(err)
        return Running(request["arguments"], status, stdout, stderr)


class Running:
    """A command that runs."""

    def __init__(self, words: list[str], status: socket.socket, *outputs: int) -> None:
        """Begin to read its output, so that it never waits for us."""
        self._words, self._status, self._pool = words, status, ThreadPoolExecutor(len(outputs))
        self._said = [self._pool.submit(_read, descriptor) for descriptor in outputs]
        self.pid = int(status.recv(64))

    def kill(self) -> None:
        """End it as the kernel does where memory runs out: it cannot do anything about it."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    def wait(self) -> Done:
        """Return how it ended and what it wrote."""
        with self._status, self._pool:
            self._status.settimeout(PATIENCE)
            try:
                code = int(self._status.recv(64))
                return Done(["bench", *self._words], code, *(output.result(PATIENCE) for output in self._said))
            except TimeoutError:
                self.kill()
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
