"""SMOTE, compared with the loop of a published listing and with imbalanced-learn.

    python performance/smote.py             50 and 3,000 images: 3 minutes
    python performance/smote.py --quick     50 and 300

Each makes as many images as there are training images, from the same digits with k = 5, including the neighbour search.
The loop asks scikit-learn for the neighbours of one image at a time, as the listing does. The script checks that all
three are SMOTE: each image lies between a training image and one of its five neighbours. CPU seconds of one thread.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
from _measure import Claim, in_turn, main

from benchmark.api import Array, Context, Images
from benchmark.images.real import load
from benchmark.plugins.registry import discover

K = 5
TARGETS = {50: (10.0, 8.0), 3000: (20.0, 1.2)}  # of the loop, of imbalanced-learn
REPEATS = {50: 40, 300: 4, 3000: 1}  # so that a round takes long enough to be measured
REGISTRY = discover()


def ours(real: Images) -> Array:
    """Return the images of the generator `smote`."""
    generator = REGISTRY.get("generators", "smote")()
    generator.fit(real, Context(np.random.default_rng(0)))
    return np.asarray(generator.sample(len(real), Context(np.random.default_rng(1)))).reshape(len(real), -1)


def listing(real: Images) -> Array:
    """Return the images of the published loop (corrected: the step is added to the image from which it starts)."""
    from sklearn.neighbors import NearestNeighbors

    flat, rng, made = real.reshape(len(real), -1), np.random.default_rng(0), []
    found = NearestNeighbors(n_neighbors=K + 1).fit(flat)
    for _ in range(len(flat)):
        base = int(rng.integers(len(flat)))
        near = found.kneighbors(flat[base].reshape(1, -1), return_distance=False)[0]
        other = int(rng.choice(near[near != base][:K]))
        made.append(flat[base] + rng.random() * (flat[other] - flat[base]))
    return np.array(made)


def imblearn(real: Images) -> Array:
    """Return the images of imbalanced-learn. It balances two classes, so the other class is twice as large."""
    from imblearn import over_sampling

    flat = real.reshape(len(real), -1)
    both = np.concatenate([flat, np.zeros((2 * len(flat), flat.shape[1]), np.float32)])
    labels = np.repeat([1, 0], [len(flat), 2 * len(flat)])
    made, _ = over_sampling.SMOTE(k_neighbors=K, random_state=0).fit_resample(both, labels)
    return np.asarray(made[len(both) :])


def is_smote(made: Array, real: Images) -> bool:
    """Return whether each of the first 20 images lies on a segment from a training image to one of its k neighbours."""
    from scipy.spatial.distance import cdist

    flat = real.reshape(len(real), -1).astype(np.float64)
    apart = cdist(flat, flat)
    np.fill_diagonal(apart, np.inf)
    ends = np.argsort(apart, axis=1)[:, :K]
    for point in made[:20].astype(np.float64):
        starts = np.argsort(((flat - point) ** 2).sum(1))[: 10 * K]  # the base image is among these
        a, b = np.repeat(flat[starts], K, axis=0), flat[ends[starts].ravel()]
        along = np.clip(((point - a) * (b - a)).sum(1) / ((b - a) ** 2).sum(1), 0, 1)
        if np.linalg.norm(a + along[:, None] * (b - a) - point, axis=1).min() > 1e-3:
            return False
    return True


def measure(options: argparse.Namespace) -> Iterator[Claim]:
    """Yield the times at each size."""
    data = load(REGISTRY.get("datasets", "mnist")(), None)
    for n in (50, 300) if options.quick else (50, 3000):
        real = (data.raw[data.members(5)[:n]] / np.float32(255)).astype(np.float32)
        ways: dict[str, Callable[[Images], Array]] = {"ours": ours, "listing": listing, "imblearn": imblearn}
        bad = [name for name, way in ways.items() if not is_smote(way(real), real)]
        note = f"NOT SMOTE: {', '.join(bad)}" if bad else "all three on segments"

        def repeated(way: Callable[[Images], Array], real: Images, times: int) -> None:
            for _ in range(times):
                way(real)

        jobs = {name: partial(repeated, way, real, REPEATS[n]) for name, way in ways.items()}
        seconds = {
            name: [1000 * s / REPEATS[n] for s in spent]
            for name, spent in in_turn(jobs, options.rounds or (1 if options.quick else 5)).items()
        }
        loop, theirs = TARGETS.get(n, (None, None))
        for peer, name, target in (("listing", "the listing's loop", loop), ("imblearn", "imbalanced-learn", theirs)):
            yield Claim(f"SMOTE, {n} images", seconds["ours"], "ms", target, peer=name, peers=seconds[peer], note=note)


if __name__ == "__main__":
    sys.exit(main(measure, __doc__))
