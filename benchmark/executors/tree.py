"""The tree of processes below this one, from /proc on Linux: list them, measure their memory, end them."""

from __future__ import annotations

import ctypes
import os
import re
import signal
import time
from pathlib import Path

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
OWN = re.compile(rb"^Rss(?:Anon|Shmem):\s+(\d+) kB", re.MULTILINE)  # in /proc/<pid>/status


def die_with(parent: int) -> None:
    """Ask the kernel to kill this process when its parent dies; end now if the parent is already gone."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def adopt_orphans() -> None:
    """Become the parent of every descendant whose parent dies, so that no process can leave the tree."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def below(pid: int) -> list[int]:
    """Return the ids of all descendants of a process."""
    found: list[int] = []
    waiting = [pid]
    while waiting:
        children = _children(waiting.pop())
        found += children
        waiting += children
    return found


def resident(pids: list[int]) -> int:
    """Return the resident memory of processes in bytes; those that have ended count as 0.

    Pages of mapped files are left out: the kernel drops them when memory is needed, and decoded images are such files.
    """
    return sum(_resident(pid) for pid in pids)


def kill_all_below() -> None:
    """Kill and reap all descendants of this process, until the kernel reports that no child is left."""
    while True:
        for pid in below(os.getpid()):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return
        time.sleep(0.001)


def _children(pid: int) -> list[int]:
    found: list[int] = []
    try:
        for thread in Path(f"/proc/{pid}/task").iterdir():
            found += map(int, (thread / "children").read_bytes().split())
    except OSError:
        pass  # it has ended in the meantime
    return found


def _resident(pid: int) -> int:
    try:
        status = Path(f"/proc/{pid}/status").read_bytes()
    except OSError:
        return 0
    return sum(int(kib) * 1024 for kib in OWN.findall(status))
