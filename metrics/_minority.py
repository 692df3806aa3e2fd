"""A training set in which one class is scarce: the images added to its few real ones are judged."""

from __future__ import annotations

import numpy as np

from benchmark.api import Array, Evidence, Labels, Task

ADDED = 2  # images added per training image; the class is then as large as the others
SCARCE = 200  # with more training images than this, there is nothing to gain


def unfit(task: Task) -> str | None:
    """Return why no gain is possible, or none can be measured, with these sizes; else None."""
    if task.n_classes < 2:
        return "needs at least 2 classes; the dataset has only one"
    if task.n_real > SCARCE:
        return f"real images are not scarce: {task.n_real} training images, more than {SCARCE}"
    if task.n_synthetic < ADDED * task.n_real:
        return f"needs {ADDED * task.n_real} synthetic images, twice the training images; there are {task.n_synthetic}"
    return None


def untested(evidence: Evidence) -> Array:
    """Return the features of the training images (n, d), without those that are test images too."""
    features, tested = evidence.features("train"), evidence.itself("test")
    return features if tested is None else np.delete(features, tested[tested >= 0], axis=0)


def training_set(evidence: Evidence, added: Array) -> tuple[Array, Labels, Array]:
    """Return features (m, d) of all classes, their labels (m,), and a mask of the real ones (m,).

    The class consists of its n training images and `added`, features (2n, d); each other class consists of 2n held-out
    and n training images. No test image is among them.
    """
    own, label = untested(evidence), evidence.task.label
    n, sets = len(own), {label: np.concatenate([own, added])}
    for other, held_out in evidence.others.items():
        both = held_out[: ADDED * n], evidence.others_train[other]
        sets[other] = np.concatenate([evidence.features(images) for images in both])
    labels: Labels = np.repeat(list(sets), [len(x) for x in sets.values()])
    real = np.ones(len(labels), dtype=bool)
    real[n : n + len(added)] = False
    return np.concatenate(list(sets.values())), labels, real
