"""Nearest neighbours in the union of two sets: what share of them comes from the other set."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from benchmark.api import Array, Context, Evidence, Measure, Score
from metrics._scores import not_judged

K = 10  # neighbours per point of a map


def other_share(own: Array, other: Array, k: int) -> Array:
    """Return float64 (n,): the share of the other set among the k nearest neighbours in the union of both sets.

    own, other: distances from each image to its nearest neighbours in its own set (itself left out) and in the other
    set; (n, >= k), or all that there are. Distances that tie for the last places share them in proportion, so the
    result depends neither on the order of the images nor on which set comes first.
    """
    both = np.concatenate([own, other], axis=1)
    limit = np.partition(both, k - 1, axis=1)[:, k - 1 : k]
    open_places = k - (both < limit).sum(axis=1)
    tied = (other == limit).sum(axis=1) / (both == limit).sum(axis=1)
    share: Array = ((other < limit).sum(axis=1) + open_places * tied) / k
    return share


def over_expected(share: Array, n_own: int, n_other: int) -> Array:
    """Return `share` over its expected value if both sets have the same distribution, n / (2n - 1) for equal sizes."""
    return share * (n_own + n_other - 1) / n_other


def map_shares(embedded: Array, m: int, k: int) -> tuple[Array, Array]:
    """Return the share of the other set over its expected value, for the first m points of a map and for the rest."""
    from scipy.spatial.distance import cdist

    distances = cdist(embedded, embedded)
    np.fill_diagonal(distances, np.inf)
    made, real = distances[:m], distances[m:]
    n = len(real)
    return (
        over_expected(other_share(made[:, :m], made[:, m:], k), m, n),
        over_expected(other_share(real[:, m:], real[:, :m], k), n, m),
    )


def overlaps(
    evidence: Evidence,
    ctx: Context,
    method: Literal["tsne", "umap"],
    measures: tuple[tuple[int, Measure], ...],
    **settings: Any,
) -> dict[str, Score]:
    """Return the overlap on a joint map for each (dimensions, measure), and keep the map as `<method>_<dimensions>d`.

    Also keeps `<method>_<dimensions>d_quality`: the share of neighbours that the map preserves and, for t-SNE, its KL.
    """
    m = min(settings["images"], evidence.count("synthetic"), evidence.count("held_out"))
    if m <= K:
        return not_judged((each for _, each in measures), f"needs more than {K} each of synthetic and held-out images")
    scores = {}
    for dims, found in evidence.embedding(method, tuple(d for d, _ in measures), **settings).items():
        ctx.keep(f"{method}_{dims}d", found.points)
        ctx.keep(f"{method}_{dims}d_quality", np.array([found.preserved, *([] if found.kl is None else [found.kl])]))
        scores[dict(measures)[dims].name] = Score.of_means(np.minimum, *map_shares(found.points, m, K), rng=ctx.rng)
    return scores
