"""PRDC: precision, recall, density and coverage."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from benchmark.api import Array, Context, Evidence, Measure, Metric, Score, hookimpl
from metrics._scores import mean, not_judged

K = 5


class Prdc(Metric):
    """Precision, recall, density and coverage of synthetic images S with respect to held-out images H.

    All four use balls around images: the ball of an image reaches to its 5th nearest neighbour (k = 5) in its own set
    (itself left out), boundary included. Formulas: `recall`: share of H inside the ball of some s. `coverage`: share of
    H whose own ball contains some s. `precision`: share of S inside the ball of some h. `density`: mean over S of the
    number of balls of H that contain s, divided by k and clipped to 1. Noise, the mean image and a repeated image reach
    a precision of .98 to 1.0 and a density of up to 3.9, since whatever lies inside the cloud counts as real. Both are
    therefore diagnostics and carry no weight.

    Shapes: features (n, d) of both. Space: the one set by `--features`. Range [0, 1], higher is better.
    Source: Kynkäänniemi et al., Improved precision and recall metric, 2019, eq. 1 and 2; Naeem et al., Reliable
    fidelity and diversity metrics, 2020, eq. 3 to 5.
    Keeps, for each held-out image, `reach`, float32 (n,): the distance to the nearest synthetic image over the radius
    of its ball, above 1 if it is not covered; and `group`, int64 (n,): the number of its group among the images that
    are not covered (0: the largest), or -1 if it is covered. Two of them are in one group if one is among the 5 nearest
    held-out neighbours of the other: a large group is a mode that the generator does not make.
    Failing control: repeat. Blind to copies. Cost: .05 s at n = 500.
    Smallest n: 100 (at that size, `coverage` in PCA space does not detect noise).
    """

    name = "prdc"
    source = "Kynkäänniemi et al. 2019, eq. 1-2; Naeem et al. 2020, eq. 3-5"
    measures = (
        Measure(
            "recall",
            "higher",
            "share of held-out images within reach of a synthetic image",
            aspect="varied",
            failing="repeat",
            space="features",
            smallest_n=100,
        ),
        Measure(
            "coverage",
            "higher",
            "share of held-out images that have a synthetic image within their reach",
            aspect="varied",
            failing="repeat",
            space="features",
            smallest_n=100,
        ),
        Measure(
            "precision",
            "none",
            "share of synthetic images within reach of a held-out image (noise passes)",
            space="features",
            smallest_n=100,
        ),
        Measure(
            "density",
            "none",
            "mean number of held-out images that reach a synthetic image, divided by 5, at most 1 (noise passes)",
            space="features",
            smallest_n=100,
        ),
    )

    def score(self, evidence: Evidence, ctx: Context) -> Mapping[str, Score]:
        """Score the radii of both sets, and the distance of each held-out image to the nearest synthetic one."""
        if min(evidence.count("held_out"), evidence.count("synthetic")) <= K:
            return not_judged(self.measures, f"needs more than {K} each of synthetic and held-out images")
        real_radii = evidence.neighbours("held_out", "held_out", K).distances[:, -1]
        made_radii = evidence.neighbours("synthetic", "synthetic", K).distances[:, -1]
        reached = evidence.balls("held_out", "synthetic", made_radii)
        holding = evidence.balls("synthetic", "held_out", real_radii)
        nearest = evidence.neighbours("held_out", "synthetic", 1).distances[:, 0]
        missed = nearest > real_radii
        ctx.keep("reach", np.divide(nearest, real_radii, out=np.where(missed, np.inf, 0), where=real_radii > 0))
        ctx.keep("group", groups(missed, evidence.neighbours("held_out", "held_out", K).indices))
        return {
            "recall": mean(reached > 0, ctx.rng),
            "coverage": mean(~missed, ctx.rng),
            "precision": mean(holding > 0, ctx.rng),
            "density": Score.of_means(lambda balls: np.minimum(balls, 1), holding / K, rng=ctx.rng),
        }


def groups(missed: Array, neighbours: Array) -> Array:
    """Return the group of each image, int64 (n,), from 0 for the largest, or -1 for images that are not `missed`.

    missed: bool (n,). neighbours: int64 (n, k), the nearest other images of each. Groups are connected components.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    n, k = neighbours.shape
    one, other = np.repeat(np.arange(n), k), neighbours.ravel()
    both = missed[one] & missed[other]
    links = coo_array((np.ones(both.sum()), (one[both], other[both])), shape=(n, n))
    _, component = connected_components(links, directed=False)
    found, sizes = np.unique(component[missed], return_counts=True)
    rank = np.full(component.max(initial=0) + 1, -1)
    rank[found[np.lexsort([found, -sizes])]] = np.arange(len(found))
    return np.where(missed, rank[component], -1)


@hookimpl
def bench_metrics() -> list[type[Metric]]:
    """Register precision, recall, density and coverage."""
    return [Prdc]
