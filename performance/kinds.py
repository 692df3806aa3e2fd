"""Are blends distinguished from new images and from copies, and is it known beforehand which copies cannot be found?

    python performance/kinds.py                                          MNIST, digits 5 to 9, 300 training images
    python performance/kinds.py --n-real 1000 --classes 5,7
    python performance/kinds.py --dataset idx --data-dir DIR --classes 0-9        Fashion-MNIST

The first table has one row per set of 200 images: blends of training images that are neighbours or drawn at random,
fresh images, and copies and fresh images with some changes. Columns: the share called a blend of two, and of three
(mean over classes, and the highest). The second table has one row per class and disguise: the share of 30 training
images that are recognised, and what `original` reads for 200 such copies. The exit code is 1 if more than .01 of a set
without blends is called a blend, if fewer than .95 of SMOTE's images or of blends of three neighbours are, or if copies
read less than .4 where they are said to be hidden.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from disguises import N, evidence_of, measured

from benchmark.api import Array, Images
from benchmark.audits.disguises import DISGUISES
from benchmark.evidence.neighbours import nearest
from benchmark.images.classes import parse_classes
from benchmark.images.real import RealData, load
from benchmark.images.roles import Sizes
from benchmark.judging.undecided import LEAST
from benchmark.plugins.registry import discover
from benchmark.seeds import random
from metrics._blends import MIXED, blends
from metrics.disguised import search

NEIGHBOURS = 5
BLENDS = {"two neighbours": (2, True), "two": (2, False), "three neighbours": (3, True), "three": (3, False)}
MUST = ("two neighbours", "three neighbours")
CHANGES = (
    *("shifted 1 px", "turned 5", "elastic 1 px", "blurred .8 px", "noise .1"),
    *("half as thick again", "dimmed .7", "gamma .6", "eroded"),
)
PROBED = {"turned": "turned 10", "warped": "elastic 1 px", "thinned": "eroded"}


def sets(train: Images, fresh: Images, rng: np.random.Generator) -> dict[str, Array]:
    """Return the sets of N images by name, as rows of pixels."""
    rows = train.reshape(len(train), -1)
    near = nearest(rows, rows, NEIGHBOURS, same=True).indices
    found = {}
    for name, (parents, local) in BLENDS.items():
        first, places = rng.integers(len(rows), size=N), np.arange(N)
        others = [
            near[first][places, rng.integers(NEIGHBOURS, size=N)] if local else rng.integers(len(rows), size=N)
            for _ in range(parents - 1)
        ]
        weights = rng.dirichlet(np.ones(parents), size=N).astype(np.float32)
        found[name] = np.einsum("np,npd->nd", weights, rows[np.stack([first, *others], axis=1)])
    found["fresh"] = fresh
    for name in CHANGES:
        copied = train[rng.permutation(len(train))[:N]]
        found |= {f"copies, {name}": DISGUISES[name](copied, rng), f"fresh, {name}": DISGUISES[name](fresh, rng)}
    return {name: np.asarray(images, dtype=np.float32).reshape(len(images), -1) for name, images in found.items()}


def recognised(data: RealData, label: int, n_real: int) -> Mapping[str, float]:
    """Return the share of probes that are recognised in a class, by disguise."""
    fresh = data.roles(label, 0, Sizes(n_real, N))["fresh"]
    return search(evidence_of(data, label, n_real, 0, fresh))[0].recognised


def main() -> int:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dataset", default="mnist")
    parser.add_argument("--data-dir", type=Path)
    parser.add_argument("--classes", default="5-9")
    parser.add_argument("--n-real", type=int, default=300)
    options = parser.parse_args()
    data = load(discover().get("datasets", options.dataset)(), options.data_dir)
    labels = [data.class_names.index(word) for word in parse_classes(options.classes, data.class_names)]
    found: dict[str, list[Array]] = {}
    for label in labels:
        roles, rng = data.roles(label, 1, Sizes(options.n_real, N)), random(1, "kinds", data.name, label)
        train = roles["train"].reshape(options.n_real, -1)
        for name, rows in sets(roles["train"], roles["fresh"], rng).items():
            close = nearest(rows, train, MIXED).indices
            found.setdefault(name, []).append(blends(rows, train, close)[0].mean(axis=0))
    bad = 0
    print(f"{data.name}, classes {options.classes}, {options.n_real} training images")
    print(f"{'':28}| blends of two, of three: mean (highest)")
    for name, each in found.items():
        shares = np.array(each)
        total = shares.sum(axis=1)
        wrong = total.min() < 0.95 if name in MUST else name not in BLENDS and total.max() > 0.01
        bad += bool(wrong)
        said = ", ".join(f"{column.mean():.3f} ({column.max():.3f})" for column in shares.T)
        print(f"{name:28}| {said}" + "   <-- missed" * bool(wrong))
    print(f"{'':28}| recognised, original of copies")
    for label in labels:
        original = measured(data, label, options.n_real, 0, {name: DISGUISES[name] for name in PROBED.values()})
        for probe, share in recognised(data, label, options.n_real).items():
            read = original[PROBED[probe]][0]
            bad += share < LEAST and read < 0.4
            print(f"{data.class_names[label]:>14} {probe:13}| {share:.2f}, {read:.2f}" + "   hidden" * (share < LEAST))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
