"""The classifier used by the classifier metrics: a support-vector machine with a Gaussian kernel.

The choice matters: trained on noise, a logistic regression still recognises the real class (F1 .80); k-NN too (.72).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmark.api import Array, Labels
from metrics._scores import DRAWS

WIDE, COMPONENTS = 200, 50
TRAINED = 1000  # most images of a class that a classifier is trained on
ROWS = 512  # test images per block: their kernel values stay in the cache


def fit_and_predict(features: Array, labels: Labels, test: Array, real: Array) -> Labels:
    """Train on `features` (n, d) with `labels` (n,), and return the predicted labels of `test` (m, d).

    Wide features (pixels) are first reduced to 50 principal components, fitted on the rows that the mask `real` (n,)
    selects. This takes a fifth of the time, and is the space of the metrics' definition.
    """
    from sklearn.svm import SVC

    features, test = narrowed(features[real], features, test)
    # The seed does not affect the result; without it, every fit draws one from numpy's global generator.
    machine = SVC(C=10.0, gamma="scale", cache_size=500, random_state=0)
    return _votes(machine.fit(features, labels), test.astype(np.float32))


def _votes(machine: Any, test: Array) -> Labels:
    """Return the labels (m,) that a fitted SVC predicts for float32 (m, d), from one matrix product per block.

    LIBSVM computes each kernel value by itself, which takes eight times as long. Each pair of classes has a vote, and
    the first class with most votes wins. Rounding in float32 matters where a decision is 0 to six digits.
    """
    ends = np.cumsum(machine.n_support_)
    first, second = np.triu_indices(len(machine.classes_), 1)
    weights = np.zeros((ends[-1], len(first)), dtype=np.float32)
    sign = -1 if len(machine.classes_) == 2 else 1  # scikit-learn turns the public signs for two classes
    for pair, (a, b) in enumerate(zip(first, second, strict=True)):
        for own, other in ((a, b - 1), (b, a)):
            rows = slice(ends[own] - machine.n_support_[own], ends[own])
            weights[rows, pair] = sign * machine.dual_coef_[other, rows]
    vectors, gamma = machine.support_vectors_.astype(np.float32), np.float32(machine._gamma)  # noqa: SLF001 - 'scale' is not public
    found = np.empty(len(test), dtype=np.int64)
    for start in range(0, len(test), ROWS):
        part = slice(start, start + ROWS)
        near = test[part] @ (2 * gamma * vectors.T)
        near -= gamma * np.square(vectors).sum(axis=1)
        near -= gamma * np.square(test[part]).sum(axis=1)[:, None]
        won = np.exp(near, out=near) @ weights + sign * machine.intercept_ > 0
        votes = won @ np.eye(len(ends))[first] + ~won @ np.eye(len(ends))[second]
        found[part] = votes.argmax(axis=1)
    return np.asarray(machine.classes_[found])


def narrowed(real: Array, *sets: Array) -> tuple[Array, ...]:
    """Return sets (n_i, d), projected on the 50 principal components of `real` (m, d) if d is above 200."""
    from sklearn.decomposition import PCA

    if real.shape[1] <= WIDE:
        return sets
    pca = PCA(min(COMPONENTS, *real.shape), svd_solver="full").fit(real)
    return tuple(np.asarray(pca.transform(features)) for features in sets)


def answers(said: Array, true: Array, rng: np.random.Generator) -> tuple[Array, Array]:
    """Count the predictions for one class: true and false positives, false and true negatives.

    Returns the counts (1, 4), and bootstrap draws of them (b, 4). Resampling images with replacement only changes the
    four counts, so these are drawn directly.
    """
    counts = np.array([(said & true).sum(), (said & ~true).sum(), (~said & true).sum(), (~said & ~true).sum()])
    return counts[None], rng.multinomial(counts.sum(), counts / counts.sum(), size=DRAWS)


def f1(counts: Array) -> Array:
    """Return F1 (b,) of counts (b, 4): 2 tp / (2 tp + fp + fn)."""
    tp, fp, fn, _ = counts.T
    return np.asarray(2 * tp / np.maximum(2 * tp + fp + fn, 1))
