"""Maps of images in 2 or 3 dimensions: t-SNE and UMAP, each with how well it kept neighbours."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, TypeAlias

import numpy as np

from benchmark.api import Array, Embedding
from benchmark.evidence import neighbours

Engine: TypeAlias = Literal["auto", "exact", "fft", "sklearn"]
PRESERVED = 10  # nearest neighbours that are looked for on the map


def embed(
    features: Array,
    method: Literal["tsne", "umap"],
    dims: Iterable[int],
    *,
    engine: Engine = "auto",
    perplexity: float = 30.0,
    neighbors: int = 15,
) -> dict[int, Embedding]:
    """Return the map of features (n, d) by its number of dimensions. The same input gives the same map.

    Wider features are brought to 50 principal components first; maps start from the first of these. What all `dims`
    have in common is done once.

    t-SNE, engines: "exact" (all pairs, compiled; 2 or 3 dimensions), "fft" (openTSNE; 2 dimensions), "sklearn" (its
    `TSNE` as it is), "auto": exact up to 20,000 images and in 3 dimensions, above in 2 fft where openTSNE is installed.
    `exact` keeps one degree of freedom in 3 dimensions too, as in the paper and in openTSNE: scikit-learn takes 2, and
    its gradient is then not that of its own divergence (relative error by finite differences .58; in 2 dimensions
    6e-10), so what it prints as KL is not what it went down, nor comparable. `kl` here is always of one kernel: our P
    against Student's t with one degree of freedom. None for UMAP, which goes down another function.
    """
    features = _narrow(features)
    if method == "umap":
        from benchmark.evidence.embedding.umap import umap

        return {d: Embedding(p, None, preserved(features, p)) for d in dims for p in [umap(features, d, neighbors)]}
    from benchmark.evidence.embedding import exact, tsne
    from benchmark.evidence.embedding.affinities import graph

    near = graph(features, min(perplexity, (len(features) - 1) / 3))
    found = {d: tsne.ENGINES[tsne.choose(engine, len(features), d)](features, near, d) for d in dims}
    return {d: Embedding(p, exact.divergence(near, p), preserved(features, p)) for d, p in found.items()}


def preserved(features: Array, points: Array) -> float:
    """Return the mean share of the 10 nearest neighbours of features (n, d) that are among the 10 nearest on a map."""
    k = min(PRESERVED, len(points) - 1)
    before, after = (neighbours.nearest(a, a, k, same=True).indices for a in (features, points))
    return float((before[:, :, None] == after[:, None, :]).any(axis=2).mean())


def _narrow(features: Array) -> Array:
    from benchmark.evidence.embedding.affinities import COMPONENTS, components

    if features.shape[1] <= COMPONENTS:
        return np.asarray(features, dtype=np.float32)
    return components(features, COMPONENTS).astype(np.float32)
