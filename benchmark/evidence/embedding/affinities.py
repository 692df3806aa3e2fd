"""What t-SNE and UMAP start from: principal components, and t-SNE's probabilities P of exact neighbours."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmark.api import Array
from benchmark.evidence import neighbours

COMPONENTS = 50  # what is wider is brought to so many principal components first
TRIES = 64  # halvings of the interval in which a bandwidth lies
CLOSE = 1e-5  # of the entropy, in nats, as in scikit-learn


@dataclass(frozen=True)
class Graph:
    """Symmetric probabilities p (m,) float32 in compressed rows, adding up to 1: of row i, p[starts[i]:starts[i + 1]].

    indices: int32 (m,), the other point of each; starts: int32 (n + 1,). perplexity: what it was made for.
    """

    p: Array
    indices: Array
    starts: Array
    perplexity: float


def components(features: Array, count: int) -> Array:
    """Return the first `count` principal components of features (n, d), float64 (n, min(count, n, d)), signs fixed."""
    from scipy.linalg import eigh
    from threadpoolctl import threadpool_limits

    centred = features - features.mean(axis=0, dtype=np.float64)
    d = centred.shape[1]
    with threadpool_limits(1):  # sums over threads add up in another order
        _, axes = eigh(centred.T @ centred, subset_by_index=(d - min(count, *features.shape), d - 1))
        axes = axes[:, ::-1]
        axes = axes * np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])])
        found: Array = centred @ axes
    return found


def graph(features: Array, perplexity: float) -> Graph:
    """Return P of van der Maaten and Hinton 2008 (eq. 1 and 2) over the 3 * perplexity + 1 nearest neighbours.

    features: (n, d), Euclidean distances. The bandwidth of each point is found by bisection.
    """
    from scipy.sparse import csr_matrix

    n = len(features)
    near = neighbours.nearest(features, features, min(n - 1, int(3 * perplexity + 1)), same=True)
    own = _conditional(near.distances.astype(np.float64) ** 2, perplexity)
    starts = np.arange(0, own.size + 1, own.shape[1])
    one_sided = csr_matrix((own.ravel(), near.indices.ravel(), starts), shape=(n, n))
    both = one_sided + one_sided.T
    both.sort_indices()
    both /= both.sum()
    parts = both.data.astype(np.float32), both.indices.astype(np.int32), both.indptr.astype(np.int32)
    return Graph(*parts, perplexity)


def _conditional(squared: Array, perplexity: float) -> Array:
    """Return p(j|i) (n, k), each row of the entropy log(perplexity), from squared distances (n, k)."""
    squared = squared - squared[:, :1]  # the same probabilities, and exp never becomes 0 for all
    scale = squared.mean(axis=1, keepdims=True)
    precision = 1 / np.where(scale > 0, scale, 1)
    low, high = np.zeros_like(precision), np.full_like(precision, np.inf)
    for _ in range(TRIES):
        weights = np.exp(-squared * precision)
        total = weights.sum(axis=1, keepdims=True)
        entropy = np.log(total) + precision * (squared * weights).sum(axis=1, keepdims=True) / total
        wide = entropy > np.log(perplexity)
        if np.all(np.abs(entropy - np.log(perplexity)) < CLOSE):
            break
        low, high = np.where(wide, precision, low), np.where(wide, high, precision)
        precision = np.where(np.isinf(high), precision * 2, (low + np.minimum(high, 2 * precision)) / 2)
    found: Array = weights / total
    return found
