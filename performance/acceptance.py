"""Do the metrics still find what they found when they were designed? Expected and measured values, side by side.

    python performance/acceptance.py                    both tables and the aspects: digits 3 and 5 x 3 seeds, 7 minutes
    python performance/acceptance.py --table small      50 training images, 100 synthetic
    python performance/acceptance.py --table aspects    the four aspects of the candidates, by a complete run
    python performance/acceptance.py --table scarce     useful, with 50 training images; ten seeds
    python performance/acceptance.py --table tsne       the joint t-SNE of 250 + 250, 5 minutes
    python performance/acceptance.py --seeds 1          quicker

The suite itself scores candidates with known faults. A mean passes if it is within .05 of the expected value, or within
three standard deviations over digits and seeds (marked '~'). The candidates must also be in the expected order by the
first measure, where expected values differ by more than .05. Aspects pass within .1 and in the expected order; those of
the table 'scarce', whose spread is .2, also within three standard deviations. The exit code is 1 if a value or the
order fails.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Mapping
from typing import Any

import _aspects
import numpy as np

from benchmark.api import Context, Images, Metric, Task
from benchmark.evidence.evidence import CellEvidence
from benchmark.evidence.reference import FeatureSpace, prepare
from benchmark.images.real import RealData, load
from benchmark.images.roles import Sizes
from benchmark.plugins import parameters
from benchmark.plugins.registry import Registry, discover
from benchmark.seeds import random

LABELS = (3, 5)
WRONG = {3: 8, 5: 3}  # the digit that replaces another
METRICS = ("mixing", "prdc", "diversity", "nearest_neighbour", "classifier", "strokes")
TOLERANCE = 0.05
ROUNDED = 0.005  # the rounding error of the expected values

# `strokes` excludes speckles. Empty fields were not measured.
DEFAULT = """
candidate  | mixing | mixing_real_side | mixing_synthetic_side | recall | coverage | diversity | copy_share | duplicate_share | class_accuracy | strokes | speckled | tstr
fresh      | .99 |      |     | .95 | .97 | 1.01 | .000  | .00 | .96 | .97 | .01  | .953
copies     | .98 |      |     | .95 | .97 | 1.00 | 1.000 | .00 | .96 | .97 | .01  | .951
half copies| .99 |      |     | .95 | .97 | 1.00 | .500  | .00 | .96 | .97 | .01  | .950
slip       | .96 |      |     | .94 | .97 | 1.03 | .657  | .00 | .94 | .77 | .03  | .946
affine     | .70 | .74  | .71 | .92 | .83 | 1.04 | .005  | .00 | .83 | .74 | .03  | .940
smote      | .66 | 1.24 | .66 | .79 | .98 | .60  | .894  | .38 | .98 | .90 | .01  | .944
half noise | .61 | .79  | .61 | .91 | .89 | .79  | .000  | .00 | .61 | .48 | .50  | .943
pca-gauss  | .18 | .96  | .18 | .32 | .86 | .92  | .000  | .00 | .78 | .14 | .01  | .766
wrong digit| .13 |      |     | .37 | .15 | 1.03 | .000  | .00 | .01 | .96 | .01  | .287
noise      | .00 | .38  | .00 | .00 | .24 | .49  | .000  | .00 | .25 | .00 | 1.00 | .000
mean       | .00 |      |     | .00 | .08 | .03  | .000  | 1.00| .50 | .00 | .05  | .002
repeat     | .00 |      |     | .00 | .01 | .03  | 1.000 | 1.00| 1.00| 1.00| .45  | .014
"""  # noqa: E501
SMALL = """
candidate  | mixing | mixing_real_side | mixing_synthetic_side | recall | coverage | diversity | copy_share | duplicate_share | strokes
fresh      | .97 |      |     | .95 | .97 | .99  | .000  | .00 | .95
half copies| .95 |      |     | .95 | .96 | .67  | .500  | .34 | .93
copies     | .85 |      |     | .82 | .83 | .13  | 1.000 | .88 | .93
slip       | .79 |      |     | .86 | .94 | .58  | .700  | .37 | .76
affine     | .77 |      |     | .91 | .90 | .91  | .012  | .04 | .64
smote      | .40 | 1.26 | .40 | .47 | .96 | .35  | .885  | .83 | .60
half noise | .39 |      |     | .80 | .93 | .74  | .000  | .00 | .47
wrong digit| .26 |      |     | .54 | .33 | 1.01 | .000  | .00 | .92
pca-gauss  | .13 |      |     | .22 | .95 | .78  | .000  | .00 | .07
noise      | .00 |      |     | .00 | .77 | .44  | .000  | .00 | .00
mean       | .00 |      |     | .00 | .57 | .03  | .000  | 1.00| .00
repeat     | .00 |      |     | .00 | .04 | .02  | 1.000 | 1.00| 1.00
"""  # noqa: E501
# In 3 dimensions, the mean image was .168 with scikit-learn, whose gradient there is not that of its own divergence. On
# these draws scikit-learn gives .161 (.121 to .184) and the exact engine .016: it separates the two sets better.
TSNE = """
candidate  | tsne_overlap_2d | tsne_overlap_3d
fresh      | .980 | .978
copies     | .984 |
smote      | .965 | .960
affine     | .739 | .735
pca-gauss  | .617 |
noise      | .141 |
wrong digit| .106 |
mean       | .073 |
repeat     | .002 |
"""
TABLES = {
    "default": (DEFAULT, Sizes(train=1000, held_out=500), METRICS),
    "small": (SMALL, Sizes(train=50, held_out=100), METRICS),
    "tsne": (TSNE, Sizes(train=1000, held_out=500), ("tsne",)),
}


def parse(table: str) -> dict[str, dict[str, float]]:
    """Return expected values by candidate and measure."""
    head, *rows = [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()]
    return {row[0]: {name: float(cell) for name, cell in zip(head[1:], row[1:], strict=True) if cell} for row in rows}


def candidates(registry: Registry, task: Task, roles: Mapping[str, Images]) -> dict[str, Images]:
    """Return sets of images with known faults, by name, each of the same size as the held-out images."""
    n, train, fresh = task.n_synthetic, roles["train"], roles["fresh"]
    rng = random(task.seed, "acceptance", task.dataset, task.label)

    def made(name: str, **settings: str) -> Images:
        generator = parameters.build(registry.get("generators", name), settings)
        generator.fit(train, Context(rng))  # type: ignore[attr-defined]
        return np.clip(generator.sample(n, Context(rng)), 0, 1).astype(np.float32)  # type: ignore[attr-defined]

    def noisy(image: Images) -> Images:
        return np.clip(image + rng.normal(0, 0.02, (n, *train.shape[1:])), 0, 1).astype(np.float32)

    # The tables' copies are drawn with replacement if the training set is small; the control `copy` takes each in turn.
    copies = made("copy") if len(train) >= n else train[rng.integers(len(train), size=n)]
    noise = made("noise")
    return {
        "fresh": fresh,
        "copies": copies,
        "half copies": half(fresh, copies, rng),
        "slip": made("smote", variant="published"),
        "affine": made("affine"),
        "smote": made("smote"),
        "half noise": half(fresh, noise, rng),
        "pca-gauss": pca_gaussian(train, n, rng),
        "wrong digit": roles["wrong"],
        "noise": noise,
        "mean": noisy(train.mean(axis=0)),
        "repeat": made("repeat"),
    }


def half(one: Images, other: Images, rng: np.random.Generator) -> Images:
    """Return half of each, shuffled: some metrics look at the first images only."""
    middle = len(one) // 2
    return np.concatenate([one[:middle], other[middle:]])[rng.permutation(len(one))]


def pca_gaussian(train: Images, n: int, rng: np.random.Generator) -> Images:
    """Return samples of one Gaussian in the space of the 50 principal components of the training pixels."""
    from sklearn.decomposition import PCA

    pca = PCA(min(50, len(train) - 1), svd_solver="full").fit(train.reshape(len(train), -1))
    codes = rng.normal(size=(n, pca.n_components_)) * np.sqrt(pca.explained_variance_)
    return np.clip(pca.inverse_transform(codes), 0, 1).astype(np.float32).reshape(n, *train.shape[1:])


def score(evidence: CellEvidence, metrics: Mapping[str, Metric], seconds: dict[str, list[float]]) -> dict[str, float]:
    """Return the value of each measure."""
    found: dict[str, float] = {}
    for name, metric in metrics.items():
        ctx = Context(random(evidence.task.seed, "score", name))
        started = time.process_time()
        scores = metric.score(evidence, ctx)
        seconds.setdefault(name, []).append(time.process_time() - started)
        found |= {measure: s.value for measure, s in scores.items() if s.value is not None}
        if "outside" in ctx.kept:  # the last column is the speckles
            found["strokes"] = float(1 - ctx.kept["outside"][:, :-1].any(axis=1).mean())
    return found


def feature_space(data: RealData, registry: Registry) -> FeatureSpace:
    """Fit the default features and the reference classifier on the neutral role."""
    sizes = Sizes(train=50, held_out=100)  # neutral does not depend on them
    neutral = [data.roles(label, 0, sizes)["neutral"] for label in range(len(data.class_names))]
    labels = np.repeat(np.arange(len(neutral)), [len(images) for images in neutral])
    return prepare(registry.get("features", "pca")(), np.concatenate(neutral), labels, random(0, "features", data.name))


def run(table: str, seeds: int, data: RealData, registry: Registry, space: FeatureSpace) -> bool:
    """Score all candidates of a table, print it, and return whether all values pass."""
    text, sizes, names = TABLES[table]
    expected = parse(text)
    control = "noise" if table == "small" else None  # that control gets no tstr, which is slow
    metrics = {name: registry.get("metrics", name)() for name in names}
    found: dict[str, list[dict[str, float]]] = {}
    seconds: dict[str, list[float]] = {}
    for label in LABELS:
        for seed in range(seeds):
            class_name, n_classes = data.class_names[label], len(data.class_names)
            task = Task(data.name, label, class_name, sizes.train, sizes.held_out, data.shape, n_classes, seed)
            roles = dict(data.roles(label, seed, sizes))
            roles["wrong"] = data.roles(WRONG[label], seed, sizes)["fresh"]
            others = {c: data.roles(c, seed, sizes)["held_out"] for c in range(n_classes) if c != label}
            for name, images in candidates(registry, task, roles).items():
                if name not in expected:
                    continue
                evidence = CellEvidence(
                    task, images, roles["train"], roles["held_out"], data.test, data.test_labels, others, space, control
                )
                found.setdefault(name, []).append(score(evidence, metrics, seconds))
    good = show(table, expected, found)
    print("CPU seconds per cell: " + ", ".join(f"{name} {np.mean(s):.2f}" for name, s in seconds.items()))
    return good


def show(table: str, expected: Mapping[str, Mapping[str, float]], found: Mapping[str, list[dict[str, float]]]) -> bool:
    """Print expected | measured by measure and candidate; return whether all are within tolerance and in order."""
    print(f"\n== {table}: expected | measured (sd), means of {len(next(iter(found.values())))}")
    means: dict[str, dict[str, float]] = {}
    bad = 0
    for name in expected["fresh"] | expected["smote"]:
        print(f"\n{name}")
        for candidate, row in expected.items():
            if name not in row:
                continue
            values = np.array([each[name] for each in found[candidate]])
            spread = float(values.std(ddof=1))
            apart = abs(values.mean() - row[name]) - ROUNDED
            mark = "" if apart <= TOLERANCE else "  ~" if apart <= 3 * spread else "   <-- OUT"
            bad += "OUT" in mark
            means.setdefault(name, {})[candidate] = float(values.mean())
            print(f"  {candidate:12} {row[name]:6.3f} | {values.mean():6.3f} ({spread:.3f}){mark}")
    first = next(iter(means))
    swapped = [
        (a, b)
        for a in means[first]
        for b in means[first]
        if expected[a][first] > expected[b][first] and means[first][a] < means[first][b]
    ]
    disorder = [pair for pair in swapped if expected[pair[0]][first] - expected[pair[1]][first] > TOLERANCE]
    for a, b in swapped:
        mark = "   <-- OUT" if (a, b) in disorder else " (expected within .05 of each other: not a failure)"
        print(f"order of {first}: {b} is above {a}{mark}")
    print(f"\n{table}: {bad} values out of tolerance, {len(disorder)} pairs out of order")
    return not bad and not disorder


def main(arguments: Any = None) -> int:
    """Run the requested tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    choices = ("default", "small", "tsne", "aspects", "scarce", "all")
    parser.add_argument("--table", choices=choices, default="all")
    parser.add_argument("--seeds", type=int, default=3)
    chosen = parser.parse_args(arguments)
    composed = ("aspects", "scarce") if chosen.table == "all" else (chosen.table,)
    results = [
        _aspects.run(t, 10 if t == "scarce" and chosen.seeds == 3 else chosen.seeds)
        for t in composed
        if t in ("aspects", "scarce")
    ]
    tables = ("default", "small") if chosen.table == "all" else tuple({chosen.table} & set(TABLES))
    if not tables:
        return 0 if all(results) else 1
    registry = discover()
    data = load(registry.get("datasets", "mnist")(), None)
    space = feature_space(data, registry)
    results += [run(t, chosen.seeds, data, registry, space) for t in tables]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
