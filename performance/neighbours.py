"""Neighbour measures: precision, recall, density and coverage, compared with the package `prdc`; and their memory.

    python performance/neighbours.py            3,000 and 10,000 digits per set, memory at 60,000: 5 minutes
    python performance/neighbours.py --quick    1,000

Two draws of real images stand in for real and synthetic ones, once in 50 principal components and once in pixels. Both
give the same four values, to within one image; the target is for these values alone. The suite also keeps 10 neighbours
of each image in both directions, which mixing, 1-NN and diversity use and which prdc does not have: their cost is
listed separately. CPU seconds of one thread.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
from collections.abc import Iterator, Mapping
from functools import partial

import numpy as np
from _measure import Claim, in_turn, main

from benchmark.api import Array
from benchmark.evidence.embedding.affinities import components
from benchmark.evidence.neighbours import count_balls, nearest
from benchmark.images.real import load
from benchmark.plugins.registry import discover

K, KEPT = 5, 10
LIMIT = 250  # MiB


def ours(real: Array, made: Array, kept: int = K) -> dict[str, float]:
    """Return the four values. With `kept` > K, also find the neighbours in both directions, as for the metrics."""
    own, others = (nearest(a, a, kept, same=True).distances[:, K - 1] for a in (real, made))
    near = nearest(real, made, kept if kept > K else 1).distances[:, 0]
    if kept > K:
        nearest(made, real, kept)
    reached, holding = count_balls(real, made, others), count_balls(made, real, own)
    return {
        "recall": (reached > 0).mean(),
        "coverage": (near <= own).mean(),
        "precision": (holding > 0).mean(),
        "density": holding.mean() / K,
    }


def theirs(real: Array, made: Array) -> Mapping[str, float]:
    """Return the same from the package, without its printed output."""
    import contextlib
    import io

    from prdc import compute_prdc

    with contextlib.redirect_stdout(io.StringIO()):
        return compute_prdc(real, made, K)  # type: ignore[no-any-return]


def extra_memory(images: Array) -> float:
    """Return the peak memory in MiB of finding and counting neighbours among `images`, beyond what was used before."""

    def peak() -> float:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

    before = peak()
    found = nearest(images[:2000], images, 10)
    count_balls(images[:2000], images, np.full(len(images), found.distances[:, K].mean()))
    return peak() - before


def measure(options: argparse.Namespace) -> Iterator[Claim]:
    """Yield memory first, since a peak does not go down again; then times."""
    raw = load(discover().get("datasets", "mnist")(), None).raw
    if not options.quick:
        code = f"import sys; sys.path[:0] = {sys.path!r}; import neighbours; neighbours.print_memory()"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        images, extra = map(float, done.stdout.split())
        yield Claim(
            "neighbours among 60,000 x 784: memory beyond the images",
            [extra],
            "MiB",
            at_most=LIMIT,
            note=f"images {images:.0f} MiB; 60,000 x 60,000 distances would be 13,733",
        )
    order = np.random.default_rng(0).permutation(len(raw))
    for n in (1000,) if options.quick else (3000, 10_000):
        pixels = raw[order[: 2 * n]].reshape(2 * n, -1).astype(np.float32) / 255
        for space, features in (("pca50", components(pixels, 50).astype(np.float32)), ("pixels", pixels)):
            real, made = features[:n], features[n:]
            values, expected = ours(real, made), theirs(real, made)
            for name, value in expected.items():
                if abs(value - values[name]) > 1.5 / n:  # float32 may move an image at the edge of a ball in or out
                    raise SystemExit(f"{name} is {values[name]}, prdc says {value}")
            jobs = {
                "ours": partial(ours, real, made),
                "kept": partial(ours, real, made, KEPT),
                "peer": partial(theirs, real, made),
            }
            spent = in_turn(jobs, options.rounds or (1 if options.quick else 5), warm=False)
            claim = f"{n:,} + {n:,}, {space}"
            yield Claim(
                f"precision, recall, density, coverage, {claim}",
                spent["ours"],
                "CPU s",
                at_least=3 if space == "pca50" else None,
                peer="prdc",
                peers=spent["peer"],
            )
            yield Claim(
                f"the same plus {KEPT} neighbours in both directions, {claim}",
                spent["kept"],
                "CPU s",
                peer="prdc, without them",
                peers=spent["peer"],
            )


def print_memory() -> None:
    """Print the MiB of 60,000 digits and the MiB beyond them: for a process of its own."""
    raw = load(discover().get("datasets", "mnist")(), None).raw
    images = np.empty((60_000, 784), np.float32)
    np.divide(raw.reshape(len(raw), -1)[:60_000], np.float32(255), out=images[: len(raw)])
    images[len(raw) :] = images[: 60_000 - len(raw)]
    print(images.nbytes / 2**20, extra_memory(images))


if __name__ == "__main__":
    sys.exit(main(measure, __doc__))
