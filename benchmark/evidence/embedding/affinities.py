"""The input of t-SNE and UMAP: principal components, and t-SNE's probabilities P over exact neighbours."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmark.api import Array
from benchmark.evidence import neighbours

COMPONENTS = 50  # wider features are first reduced to this many principal components
TRIES = 64  # bisection steps per bandwidth
CLOSE = 1e-5  # tolerance of the entropy, in nats, as in scikit-learn


@dataclass(frozen=True)
class Graph:
    """Symmetric probabilities p (m,) float32 that sum to 1, in compressed rows: row i is p[starts[i]:starts[i + 1]].

    indices: int32 (m,), the other point of each pair. starts: int32 (n + 1,). perplexity: the one it was built with.
    """

    p: Array
    indices: Array
    starts: Array
    perplexity: float


def components(features: Array, count: int) -> Array:
    """Return the first `count` principal components of features (n, d): float64 (n, min(count, n, d)), fixed signs."""
    from scipy.linalg import eigh
    from threadpoolctl import threadpool_limits

    centred = features - features.mean(axis=0, dtype=np.float64)
    d = centred.shape[1]
    with threadpool_limits(1):  # with more threads, the order of summation changes
        _, axes = eigh(centred.T @ centred, subset_by_index=(d - min(count, *features.shape), d - 1))
        axes = axes[:, ::-1]
        axes = axes * np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])])
        found: Array = centred @ axes
    return found


def graph(features: Array, perplexity: float) -> Graph:
    """Return P (van der Maaten and Hinton 2008, eq. 1 and 2) over the 3 * perplexity + 1 nearest neighbours.

    features: (n, d), compared by Euclidean distance. The bandwidth of each point is found by bisection.
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
    """Return p(j|i) (n, k) from squared distances (n, k), with entropy log(perplexity) in each row."""
    squared = squared - squared[:, :1]  # leaves p unchanged, and keeps exp from becoming 0 in a whole row
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
