"""The t-SNE engines. Each takes features (n, d), P and a number of dimensions, and returns float32 (n, dims)."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable

import numpy as np

from benchmark.api import Array, InputError
from benchmark.evidence.embedding import exact
from benchmark.evidence.embedding.affinities import Graph, components

EXACT_UP_TO = 20_000  # images; with more, openTSNE's interpolation is faster in 2 dimensions
START = 1e-4  # sd of the first coordinate of the start, as in scikit-learn
SEED = 0  # the start comes from principal components, so the seed makes no difference


def choose(engine: str, n: int, dims: int) -> str:
    """Return the name of the engine for n images. Raises InputError if it is not installed or `dims` is not 2 or 3."""
    if dims not in (2, 3):
        raise InputError(f"t-SNE in {dims} dimensions is not possible; allowed are 2 and 3.")
    installed = importlib.util.find_spec("openTSNE") is not None
    if engine == "auto":
        return "fft" if n > EXACT_UP_TO and dims == 2 and installed else "exact"
    if engine == "fft" and not installed:
        raise InputError("engine 'fft' needs openTSNE: pip install 'synthassay[opentsne]'; or choose 'exact'.")
    return engine if engine != "fft" or dims == 2 else "exact"


def start(features: Array, dims: int) -> Array:
    """Return the first principal components, float32 (n, dims), scaled to sd 1e-4 in the first; missing ones are 0."""
    found = np.zeros((len(features), dims))
    first = components(features, dims)
    found[:, : first.shape[1]] = first * (START / (first[:, 0].std() or 1))
    return found.astype(np.float32)


def by_descent(features: Array, near: Graph, dims: int) -> Array:
    """Run our own engine, `exact.descend`."""
    return exact.descend(near, start(features, dims))


def by_interpolation(features: Array, near: Graph, dims: int) -> Array:
    """Run openTSNE's FFT-accelerated interpolation (Linderman et al. 2019) from our P and start."""
    from openTSNE import TSNE
    from openTSNE.affinity import PrecomputedAffinities
    from scipy.sparse import csr_matrix

    p, n = near.p.astype(np.float64), len(features)
    affinities = PrecomputedAffinities(csr_matrix((p, near.indices, near.starts), shape=(n, n)))
    model = TSNE(dims, negative_gradient_method="fft", n_jobs=1, random_state=SEED)
    return np.asarray(model.fit(affinities=affinities, initialization=start(features, dims)), dtype=np.float32)


def by_trees(features: Array, near: Graph, dims: int) -> Array:
    """Run scikit-learn's Barnes-Hut t-SNE, unchanged, as a reference."""
    from sklearn.manifold import TSNE
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):  # OpenMP threads stall waiting for each other on a busy machine
        model = TSNE(dims, perplexity=near.perplexity, init="pca", random_state=SEED)
        return np.asarray(model.fit_transform(features), dtype=np.float32)


ENGINES: dict[str, Callable[[Array, Graph, int], Array]] = {
    "exact": by_descent,
    "fft": by_interpolation,
    "sklearn": by_trees,
}
