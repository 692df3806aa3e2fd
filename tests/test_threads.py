"""Threads: every process that generates or scores has one of each library, so that workers fill the machine alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

PLUGIN = '''
"""Tells how many threads its process has, after work that would take more."""

import json
import os
import sys
import threading
from pathlib import Path

import numpy as np

from benchmark.api import Generator, Measure, Metric, Score, hookimpl


def tell(what):
    import psutil
    import sklearn.neighbors
    from threadpoolctl import threadpool_info

    from benchmark.evidence.embedding import exact            # loads numba
    from benchmark.evidence.embedding.affinities import graph

    points = np.random.default_rng(0).normal(size=(2100, 30)).astype(np.float32)
    points @ points.T
    sklearn.neighbors.NearestNeighbors().fit(points).kneighbors(points)
    exact.STEPS = 3
    exact.descend(graph(points, 5), points[:, :3])
    import numba

    found = {f"{pool['user_api']} {pool['prefix']}": pool["num_threads"] for pool in threadpool_info()}
    found |= {"numba": numba.get_num_threads(), "running": psutil.Process().num_threads()}
    found |= {"arrow": int("pyarrow" in sys.modules)}
    found |= {"python": threading.active_count(), "server": psutil.Process().parents()[1].num_threads()}
    Path(FOLDER, f"{what}-{os.getpid()}.json").write_text(json.dumps(found))


class Light(Generator):
    """In a fork."""

    name = "light"
    light = True

    def fit(self, real, ctx):
        tell(self.name)
        self.real = real

    def sample(self, n, ctx):
        return np.resize(self.real, (n, *self.real.shape[1:]))


class Fresh(Light):
    """In a new interpreter."""

    name = "fresh"
    light = False


class Threads(Metric):
    """In a worker, which is forked."""

    name = "threads"
    controls = ()
    measures = (Measure("threads", "none", "nothing"),)

    def score(self, evidence, ctx):
        tell(self.name)
        return {"threads": Score(0.5)}


@hookimpl
def bench_generators():
    return [Light, Fresh]


@hookimpl
def bench_metrics():
    return [Threads]
'''


@pytest.mark.slow("imports every library in three processes")
def test_workers_have_one_thread_a_library(bench, tmp_path: Path) -> None:
    told = tmp_path / "told"
    told.mkdir()
    plugin = tmp_path / "threads.py"
    plugin.write_text(PLUGIN.replace("FOLDER", repr(str(told))))
    bench(
        "run",
        "-p",
        plugin,
        "-g",
        "light,fresh",
        "-m",
        "threads",
        "-d",
        "digits",
        "-c",
        "3,5",
        "--quick",
        "--workers",
        "2",
        "--no-report",
        "--quiet",
    )
    found = {path.stem: json.loads(path.read_text()) for path in told.iterdir()}
    assert {name.partition("-")[0] for name in found} == {"light", "fresh", "threads"}
    for name, threads in found.items():
        running, own, server, arrow = (threads.pop(key) for key in ("running", "python", "server", "arrow"))
        assert {library.split()[0] for library in threads} >= {"blas", "openmp", "numba"}, name
        assert set(threads.values()) == {1}, name
        assert running <= own + arrow, name  # no library keeps idle threads but Arrow, which pandas imports, its one
        assert server == 1, name  # a process with several threads cannot be forked safely
