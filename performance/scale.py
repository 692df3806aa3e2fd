"""How time and memory grow: stores of 1,000 to 10,000 cells, classes of 6,000 to 60,000 images, and scores of 1,000 up.

    python performance/scale.py             30 minutes, most of it to make stores and to draw maps
    python performance/scale.py --quick     a twentieth of the sizes

Cells and images are stand-ins of the usual sizes, but everything done with them is what a run does: reading a fully
cached store and writing the results and the page, finding neighbours, drawing maps. Each size runs in its own process,
whose peak resident memory is reported. The targets: memory per cell must not rise with the number of cells; the cost
of a score must not grow faster than n^2 if it compares pairs of images, and than n otherwise.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from _measure import Claim, main
from _synthetic import fill

CELLS = (1000, 3000, 10_000)
IMAGES = (6000, 20_000, 60_000)
COMPONENTS = 50
SCORED = (1000, 2000, 4000)
PAIRS = (
    "c_t",
    "clipped",
    "copy_rank",
    "disguised",
    "diversity",
    "fld",
    "kernel_distance",
    "leaks",
    "mixing",
    "prdc",
    "rke",
    "texture",
    "authenticity",
    "membership",
    "nearest_neighbour",
)
LINEAR = ("blank", "classifier", "few_shot", "frechet", "strokes", "tone", "vendi")
SLACK = 0.15  # in the exponent: caches, and what is shared by several metrics
STEADY = 1.5  # growth per cell, from the upper two sizes over that from the lower two


def cells(n: int) -> None:
    """Print the cost of a cached run of n cells and its page."""
    from benchmark.execution import execute

    with tempfile.TemporaryDirectory() as folder:
        plan = fill(Path(folder, "out"), n, "mixing,prdc")
        _tell(lambda: execute(plan), len(plan.cells))


def neighbours(n: int) -> None:
    """Print what the 10 nearest neighbours of n images among themselves take."""
    from benchmark.evidence.neighbours import nearest

    features = np.random.default_rng(0).normal(size=(n, COMPONENTS)).astype(np.float32)
    _tell(lambda: nearest(features, features, 10, same=True), n)


def tsne(n: int) -> None:
    """Print what a map of n images in 2 dimensions takes."""
    from benchmark.evidence.embedding import embed

    rng = np.random.default_rng(0)
    features = (rng.normal(size=(n, 10)) @ rng.normal(size=(10, COMPONENTS))).astype(np.float32)
    embed(features[:50], "tsne", (2,))
    _tell(lambda: embed(features, "tsne", (2,)), n)


def pairs(n: int) -> None:
    """Print what the metrics take that compare pairs of n images."""
    _score(PAIRS, n)


def linear(n: int) -> None:
    """Print what the other metrics take with n images."""
    _score(LINEAR, n)


def _score(names: tuple[str, ...], n: int) -> None:
    from benchmark.api import Context, Task
    from benchmark.evidence.evidence import CellEvidence
    from benchmark.evidence.reference import prepare
    from benchmark.features.pca import Pca
    from benchmark.plugins.registry import discover

    rng = np.random.default_rng(0)
    labels = np.repeat([0, 1], 200)
    neutral = _blobs(400, rng)
    space = prepare(Pca(10), neutral, labels, rng)
    made, held_out, train, other = (_blobs(n, rng) for _ in range(4))
    task = Task("blobs", 0, "0", n, n, made.shape[1:], 2, 0)
    metrics = [discover().get("metrics", name)() for name in names]

    def work() -> None:
        evidence = CellEvidence(
            task, made, train, held_out, neutral, labels, {1: other}, space, others_train={1: other}
        )
        for metric in metrics:
            metric.score(evidence, Context(np.random.default_rng(0)))

    _tell(work, n)


def _blobs(n: int, rng: np.random.Generator) -> np.ndarray:
    """Return n blurred points on a dark ground, float32 (n, 12, 12, 1)."""
    at, grid = rng.uniform(3, 9, (n, 2, 1, 1)), np.indices((12, 12))
    return np.exp(-((grid - at) ** 2).sum(axis=1) / rng.uniform(2, 8, (n, 1, 1)))[..., None].astype(np.float32)


def _tell(work: Callable[[], object], n: int) -> None:
    before, began = _peak(), time.process_time()
    work()
    print(json.dumps([n, time.process_time() - began, before, _peak()]))


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measured(what: str, n: int) -> tuple[int, float, float, float]:
    """Return n, CPU seconds, and the peak MiB before and after, measured in a separate process."""
    code = f"import sys; sys.path[:0] = {sys.path!r}; import scale; scale.{what}({n})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    n, *rest = json.loads(done.stdout.splitlines()[-1])
    return n, *rest  # type: ignore[return-value]


def measure(options: argparse.Namespace) -> Iterator[Claim]:
    """Yield one claim per size, and the growth."""
    shrink = 20 if options.quick else 1
    for what, sizes, name in (
        ("cells", CELLS, "cached run and page of {:,} cells"),
        ("neighbours", IMAGES, "10 nearest neighbours among {:,} images, pca50"),
        ("tsne", IMAGES, "t-SNE 2D of {:,} images"),
        ("pairs", SCORED, "metrics that compare pairs of {:,} images"),
        ("linear", SCORED, "the other metrics with {:,} images"),
    ):
        found = []
        for size in sizes:
            n, seconds, before, after = measured(what, size // shrink)
            found.append((n, seconds, after))
            yield Claim(name.format(n), [seconds], "CPU s", note=f"{before:.0f} MiB before, {after:.0f} at the peak")
        (a, slow, low), (b, slower, more), (c, slowest, top) = found
        exponents = np.diff(np.log([slow, slower, slowest])) / np.diff(np.log([a, b, c]))
        most = {"pairs": 2 + SLACK, "linear": 1 + SLACK}.get(what)
        yield Claim(f"{what}: time grows as n to the power of", exponents.tolist(), "", at_most=most)
        if what == "cells":
            steps = [(top - more) / (c - b) * 1024, (more - low) / (b - a) * 1024]
            yield Claim(
                "memory per cell, larger sizes compared with smaller ones",
                [max(steps[0], 0)],
                "KiB",
                at_most=STEADY,
                peer="smaller sizes",
                peers=[max(steps[1], 1)],
            )


if __name__ == "__main__":
    sys.exit(main(measure, __doc__))
