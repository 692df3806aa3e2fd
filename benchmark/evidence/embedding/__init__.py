"""Maps of images in 2 or 3 dimensions: t-SNE and UMAP, each with the share of neighbours that it preserves."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, TypeAlias

import numpy as np

from benchmark.api import Array, Embedding
from benchmark.evidence import neighbours

Engine: TypeAlias = Literal["auto", "exact", "fft", "sklearn"]
PRESERVED = 10  # nearest neighbours to look for on the map


def embed(
    features: Array,
    method: Literal["tsne", "umap"],
    dims: Iterable[int],
    *,
    engine: Engine = "auto",
    perplexity: float = 30.0,
    neighbors: int = 15,
) -> dict[int, Embedding]:
    """Return the maps of features (n, d), by number of dimensions. The same input gives the same map.

    Features with more than 50 columns are first reduced to 50 principal components; maps start from the first of them.
    Work that all `dims` share is done once.

    Engines of t-SNE: "exact" (all pairs, compiled; 2 or 3 dimensions), "fft" (openTSNE; 2 dimensions), "sklearn" (its
    `TSNE`, unchanged) and "auto": "fft" for more than 20,000 images in 2 dimensions if openTSNE is installed, otherwise
    "exact".

    "exact" uses one degree of freedom in 3 dimensions too, like the paper and openTSNE. scikit-learn uses 2, and its
    gradient is then not that of its own divergence (relative error by finite differences .58; in 2 dimensions 6e-10),
    so the KL that it prints is neither what it minimised nor comparable. `kl` here always uses one kernel: our P
    against Student's t with one degree of freedom. It is None for UMAP, which minimises another function.
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
    """Return the mean share of the 10 nearest neighbours in features (n, d) that are also among the 10 on the map."""
    k = min(PRESERVED, len(points) - 1)
    before, after = (neighbours.nearest(a, a, k, same=True).indices for a in (features, points))
    return float((before[:, :, None] == after[:, None, :]).any(axis=2).mean())


def _narrow(features: Array) -> Array:
    from benchmark.evidence.embedding.affinities import COMPONENTS, components

    if features.shape[1] <= COMPONENTS:
        return np.asarray(features, dtype=np.float32)
    return components(features, COMPONENTS).astype(np.float32)
