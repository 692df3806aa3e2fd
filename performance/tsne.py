"""Joint t-SNE in 2 and 3 dimensions: ours compared with two plain fits of scikit-learn, in time and quality.

    python performance/tsne.py              800 + 200 digits, 15 seeds, and 3,000 + 750, 5 seeds: 15 minutes
    python performance/tsne.py --quick      80 + 20, one seed

Each seed is another draw of one digit, and both engines get the same 784 pixels. Ours makes one neighbour graph and two
descents; the peer is `TSNE(2).fit` and `TSNE(3).fit` with their defaults, which is what one would write. (The suite
takes 50 principal components first, which makes ours faster still.) CPU seconds of one thread each. Quality: the
KL divergence of both maps from the same P with the same kernel (Student's t, one degree of freedom), and the share of
10 nearest neighbours that were kept. At 800 + 200, a single seed's divergence is .96 to 1.06 times the peer's, hence
the larger number of seeds there.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from functools import partial

import numpy as np
from _measure import Claim, in_turn, main

from benchmark.api import Array
from benchmark.evidence.embedding import embed, exact, preserved
from benchmark.evidence.embedding.affinities import graph
from benchmark.evidence.embedding.tsne import by_descent
from benchmark.images.real import load
from benchmark.images.roles import Sizes
from benchmark.plugins.registry import discover

SIZES = ((800, 200, 15), (3000, 750, 5))  # training images, others, seeds
DIGIT = 3


def ours(pixels: Array) -> dict[int, Array]:
    """Return the maps of our engine."""
    near = graph(pixels, perplexity(pixels))
    return {d: by_descent(pixels, near, d) for d in (2, 3)}


def perplexity(pixels: Array) -> float:
    """Return the default perplexity, or the largest that the number of images allows."""
    return min(30.0, (len(pixels) - 1) / 3)


def peer(pixels: Array, seed: int) -> dict[int, Array]:
    """Return the maps of two plain fits."""
    from sklearn.manifold import TSNE

    return {d: TSNE(d, random_state=seed).fit_transform(pixels) for d in (2, 3)}


def measure(options: argparse.Namespace) -> Iterator[Claim]:
    """Yield time and quality for each size."""
    registry = discover()
    data = load(registry.get("datasets", "mnist")(), None)
    embed(np.random.default_rng(0).random((50, 10)), "tsne", (2, 3))  # compiled, or read from the cache
    for train, other, seeds in ((80, 20, 1),) if options.quick else SIZES:
        seconds: dict[str, list[float]] = {"ours": [], "peer": []}
        quality: dict[tuple[str, int], list[tuple[float, float]]] = {}
        for seed in range(options.rounds or seeds):
            roles = data.roles(DIGIT, seed, Sizes(train=train, held_out=other))
            pixels = np.concatenate([roles["train"], roles["held_out"]]).reshape(train + other, -1)
            maps: dict[str, dict[int, Array]] = {}
            jobs = {
                "ours": partial(lambda pixels, maps: maps.update(ours=ours(pixels)), pixels, maps),
                "peer": partial(lambda pixels, maps, seed: maps.update(peer=peer(pixels, seed)), pixels, maps, seed),
            }
            for who, spent in in_turn(jobs, rounds=1, warm=False).items():
                seconds[who] += spent
            near = graph(pixels, perplexity(pixels))
            for who, made in maps.items():
                for d, points in made.items():
                    found = exact.divergence(near, points), preserved(pixels, points)
                    quality.setdefault((who, d), []).append(found)
        yield from claims(f"{train:,} + {other:,} images", seconds, quality)


def claims(
    what: str, seconds: dict[str, list[float]], quality: dict[tuple[str, int], list[tuple[float, float]]]
) -> Iterator[Claim]:
    """Yield the claims for one size."""
    name = "scikit-learn, two fits"
    yield Claim(f"t-SNE 2D + 3D, {what}", seconds["ours"], "CPU s", at_least=10, peer=name, peers=seconds["peer"])
    for d in (2, 3):
        own, other = (np.array(quality[who, d]) for who in ("ours", "peer"))
        yield Claim(
            f"KL divergence in {d}D",
            own[:, 0].tolist(),
            "nats",
            at_most=1.02,
            peer="scikit-learn",
            peers=other[:, 0].tolist(),
        )
        yield Claim(
            f"10 nearest neighbours kept in {d}D, ours minus theirs",
            (own[:, 1] - other[:, 1]).tolist(),
            "",
            at_least=-0.01 if d == 2 else None,
            note=f"ours {np.median(own[:, 1]):.3f}, scikit-learn {np.median(other[:, 1]):.3f}",
        )


if __name__ == "__main__":
    sys.exit(main(measure, __doc__))
