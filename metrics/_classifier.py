"""The classifier of the classifier metrics: a support-vector machine with a Gaussian kernel.

It decides what they see: a logistic regression trained on noise recognises the real class (F1 .80), k-NN too (.72).
"""

from __future__ import annotations

import numpy as np

from benchmark.api import Array, Labels
from metrics._scores import DRAWS

WIDE, COMPONENTS = 200, 50


def fit_and_predict(features: Array, labels: Labels, test: Array, real: Array) -> Labels:
    """Train on `features` (n, d) with `labels` (n,), return the labels of `test` (m, d).

    Wide features (pixels) are first brought to 50 principal components, fitted on the rows that `real` marks: a
    fifth of the time, and the definition's own space.
    """
    from sklearn.svm import SVC

    features, test = narrowed(features[real], features, test)
    # A seed that changes nothing: without it every fit draws one from numpy's global generator.
    machine = SVC(C=10.0, gamma="scale", cache_size=500, random_state=0)
    predicted: Labels = machine.fit(features, labels).predict(test)
    return predicted


def narrowed(real: Array, *sets: Array) -> tuple[Array, ...]:
    """Return sets (n_i, d) on the 50 principal components of real features (m, d) where those are wide, else as is."""
    from sklearn.decomposition import PCA

    if real.shape[1] <= WIDE:
        return sets
    pca = PCA(min(COMPONENTS, *real.shape), svd_solver="full").fit(real)
    return tuple(np.asarray(pca.transform(features)) for features in sets)


def answers(said: Array, true: Array, rng: np.random.Generator) -> tuple[Array, Array]:
    """Count right and wrong answers about one class: true and false positives, false and true negatives.

    Returns the counts (1, 4), and as many after resampling the images with replacement (b, 4), which only changes
    how many there are of each of the four kinds.
    """
    counts = np.array([(said & true).sum(), (said & ~true).sum(), (~said & true).sum(), (~said & ~true).sum()])
    return counts[None], rng.multinomial(counts.sum(), counts / counts.sum(), size=DRAWS)


def f1(counts: Array) -> Array:
    """Return F1 (b,) of counts (b, 4): 2 tp / (2 tp + fp + fn)."""
    tp, fp, fn, _ = counts.T
    return np.asarray(2 * tp / np.maximum(2 * tp + fp + fn, 1))
