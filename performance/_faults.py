"""A plugin that does nothing, or something harmful; `execution.py` runs it. It writes the relevant times to a file."""

from __future__ import annotations

import ctypes
import os
import signal
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from benchmark.api import Context, Evidence, Generator, Images, Measure, Metric, Score, hookimpl

STEP = 2**24 // 8  # numbers: 16 MiB
Kind = Literal["killed", "exits", "segfault", "loops", "holds", "eats"]


class Empty(Generator):
    """Black images."""

    name = "empty"
    light = True

    def fit(self, real: Images, ctx: Context) -> None:
        """Store the shape."""
        self.shape = real.shape[1:]

    def sample(self, n: int, ctx: Context) -> Images:
        """Return zeros."""
        return np.zeros((n, *self.shape), np.float32)


@dataclass
class Harm(Empty):
    """Ends itself, or has to be ended. `clock`: the file to which it writes the time from which seconds are counted."""

    name = "harm"
    kind: Kind = "exits"
    clock: str = ""
    gib: float = 1.0  # the memory limit that `eats` exceeds

    def fit(self, real: Images, ctx: Context) -> None:
        """Do the harm."""
        if self.clock and self.kind != "eats":
            tell(Path(self.clock))
        do(self.kind)
        if self.kind == "eats":
            eat(Path(self.clock), int(self.gib * 2**30))


def tell(clock: Path) -> None:
    """Write the current time; the clock is the same for all processes of a machine."""
    clock.write_text(str(time.monotonic()), encoding="ascii")


def eat(clock: Path, limit: int) -> None:
    """Allocate memory beyond the limit, and write down the time just before the limit is exceeded."""
    eaten, told = [], False
    while len(eaten) * STEP * 8 < 3 * limit:
        resident = int(Path("/proc/self/statm").read_bytes().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        if resident + STEP * 8 > limit and not told:
            tell(clock)
            told = True
        eaten.append(np.ones(STEP))
    time.sleep(60)


def do(kind: str) -> None:
    """Do the harm, or nothing."""
    if kind == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    if kind == "exits":
        os._exit(3)
    if kind == "segfault":
        ctypes.string_at(0)
    if kind == "holds":
        ctypes.PyDLL(None).sleep(60)  # C code that holds the global interpreter lock
    while kind == "loops":
        pass


def task(kind: str) -> bool:
    """Run as a task of another pool: healthy or harmful."""
    time.sleep(0.05)
    do(kind)
    return True


class Nothing(Metric):
    """Always zero."""

    name = "nothing"
    measures = (Measure("nothing", "none", "zero"),)

    def score(self, evidence: Evidence, ctx: Context) -> Mapping[str, Score]:
        """Return zero."""
        return {"nothing": Score(0.0)}


@hookimpl
def bench_generators() -> list[type[Generator]]:
    """Register both generators."""
    return [Empty, Harm]


@hookimpl
def bench_metrics() -> list[type[Metric]]:
    """Register the metric."""
    return [Nothing]
