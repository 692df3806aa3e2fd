"""A plugin that does harm, in one way or another, and one that does not."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

PLUGIN = '''
"""Fault: a generator that does harm, and healthy, which copies."""

import atexit
import ctypes
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from typing import Literal

import numpy as np

from benchmark.api import Generator, Measure, Metric, Score, hookimpl


class Healthy(Generator):
    """Training images."""

    name = "healthy"
    light = True

    def fit(self, real, ctx):
        self.real = real

    def sample(self, n, ctx):
        return self.real[ctx.rng.integers(len(self.real), size=n)]


class Unpicklable(Exception):
    def __reduce__(self):
        raise TypeError("cannot be pickled")


def harm(kind, ctx=None, real=None):
    if kind == "raises":
        raise RuntimeError("out of luck")
    if kind == "unpicklable":
        raise Unpicklable("whatever")
    if kind == "exits":
        print("last words", flush=True)
        os._exit(3)
    if kind == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    if kind == "segfault":
        ctypes.string_at(0)
    if kind == "loop":
        while True:
            pass
    if kind == "lock":                                          # C code that holds the lock of the interpreter
        ctypes.PyDLL(None).sleep(600)
    if kind == "stubborn":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        time.sleep(600)
    if kind == "daemon":                                        # a child that leaves session and group, and outlives it
        subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)", MARK], start_new_session=True)
    if kind == "hungry":
        kept = [np.ones(2**26) for _ in range(4)]               # 2 GiB
        time.sleep(600)
    if kind == "floods":
        for _ in range(100):
            sys.stdout.write("x" * 2**20)
        sys.stdout.write("the end")
    if kind == "deaf":
        os.close(1)
        sys.stdout = None
    if kind == "scratch":
        shutil.rmtree(ctx.scratch)
    if kind == "changes":
        os.chdir("/")
        os.environ.clear()
        random.seed(0)
        np.random.seed(0)
    if kind == "sleeps":
        time.sleep(1.5)
    if kind == "hangs":                                         # at exit, as TensorFlow did once
        import tensorflow

        assert tensorflow.constant(1).numpy() == 1
        threading.Thread(target=time.sleep, args=(600,)).start()
        atexit.register(time.sleep, 600)
    if kind == "disk":
        with open(os.path.join(ctx.scratch, "filled"), "wb", buffering=0) as file:
            while True:
                file.write(bytes(2**16))
    if kind == "store" and not os.path.exists(__file__ + ".harmed"):
        open(__file__ + ".harmed", "w").close()                 # one cell does it, once
        out = ctx.scratch.parent.parent.parent                  # OUT/work/<key>-<pid>/scratch
        for folder, _, names in os.walk(out / "cells"):
            for name in names:
                with open(os.path.join(folder, name), "r+b") as file:
                    file.write(b"harm")
    if kind == "view":
        real[:] = 0


MARK = "synthassay-fault-daemon"
KINDS = Literal[
    "raises", "unpicklable", "exits", "killed", "segfault", "loop", "lock", "stubborn", "daemon", "hungry", "floods",
    "deaf", "scratch", "changes", "disk", "store", "view", "nan", "shape", "count", "sleeps",
    "hangs",
]


@dataclass
class Fault(Healthy):
    """Does harm when it is fitted, or samples wrongly."""

    name = "fault"
    kind: KINDS = "raises"

    def fit(self, real, ctx):
        super().fit(real.copy(), ctx)
        harm(self.kind, ctx, real)

    def sample(self, n, ctx):
        made = super().sample(n, ctx)
        if self.kind == "nan":
            made = made * np.nan
        if self.kind == "shape":
            made = made[:, :-1]
        if self.kind == "count":
            made = made[:-1]
        return made


class Heavy(Fault):
    """The same in an interpreter of its own; notes the cell of each fit beside this file."""

    name = "heavy"
    light = False

    def fit(self, real, ctx):
        super().fit(real, ctx)
        with open(__file__ + ".fits", "a") as file:
            print(ctx.scratch.parent.name.partition("-")[0], file=file)


@dataclass
class Bad(Metric):
    """Does harm where a cell's generator is called fault."""

    name = "bad"
    kind: KINDS = "raises"
    measures = (Measure("bad", "none", "the mean grey"),)

    def score(self, evidence, ctx):
        if evidence.task.class_name == "5" and evidence.control is None:
            harm(self.kind, ctx)
        return {"bad": Score(float(evidence.synthetic.mean()))}


@hookimpl
def bench_generators():
    return [Healthy, Fault, Heavy]


@hookimpl
def bench_metrics():
    return [Bad]
'''


@pytest.fixture
def plugin(tmp_path: Path) -> Path:
    """The plugin's file."""
    path = tmp_path / "fault.py"
    path.write_text(PLUGIN)
    return path


@pytest.fixture
def alive() -> Callable[[str], list[psutil.Process]]:
    """Return what finds the processes with a word on their command line."""

    def find(mark: str) -> list[psutil.Process]:
        found = []
        for process in psutil.process_iter():
            try:
                if any(mark in part for part in process.cmdline()):
                    found.append(process)
            except psutil.Error:
                continue
        return found

    return find


Rows = Callable[..., list[dict[str, str]]]


@pytest.fixture
def rows(bench: Callable[..., object]) -> Rows:
    """Return what reads the rows of a run; a value that is there is ok, whether 30 images suffice or not.

    With "value", what they say and no more: without times, memory and keys.
    """

    def read(out: Path | str = "bench-results", what: str = "") -> list[dict[str, str]]:
        with (bench.folder / out / "scores.csv").open(newline="", encoding="utf-8") as file:  # type: ignore[attr-defined]
            found = [{**row, "status": "ok" if row["value"] else row["status"]} for row in csv.DictReader(file)]
        drop = [name for name in found[0] if what and ("seconds" in name or name in ("peak_rss_mib", "cell"))]
        return [{name: value for name, value in row.items() if name not in drop} for row in found]

    return read
