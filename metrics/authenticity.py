"""Authenticity: is a synthetic image farther from its nearest training image than that one is from the next?"""

from __future__ import annotations

from collections.abc import Mapping

from benchmark.api import Context, Evidence, Measure, Metric, Score, hookimpl
from metrics._scores import mean, not_judged


class Authenticity(Metric):
    """Share of synthetic images S farther from their nearest training image than that one is from its own nearest.

    Formula: for each s in S, let t be the nearest training image in T; s is authentic if d(s, t) > d(t, T without t).
    Both distances belong to the same t. Comparing d(s, t) with the neighbours of the training image that has the same
    index as s, or with those of the s nearest to a real image, is a different measure, which is not 0 for copies.
    Copies, drawn with or without replacement, score exactly 0, because d(s, t) = 0 exceeds no distance.
    Real images score about .6, not 1, because an isolated t is more often the nearest. Noise scores 1. The threshold
    depends on t: in dense regions, even half a copy is authentic. A diagnostic only; `copy_share` judges.

    Always compared with all of T. Shapes: pixels (n, d). Range [0, 1].
    Source: Alaa et al.: How faithful is your synthetic data?, 2022 (its estimate of authenticity).
    Failing control: none; `copy` is 0. Cost: .3 s at n = 500 and 1,000 training images. Smallest n: 15.
    """

    name = "authenticity"
    default = False
    source = "Alaa et al. 2022"
    measures = (
        Measure(
            "authenticity",
            "none",
            "share of synthetic images farther from their nearest training image than that one is from any other",
            space="pixels",
        ),
    )

    def score(self, evidence: Evidence, ctx: Context) -> Mapping[str, Score]:
        """Compare the distance from each s to its t with that from the same t to its own nearest neighbour."""
        if evidence.count("train") < 2:
            return not_judged(self.measures, "needs at least 2 training images")
        made = evidence.neighbours("synthetic", "train", 1, "pixels")
        own = evidence.neighbours("train", "train", 1, "pixels").distances[:, 0]
        return {"authenticity": mean(made.distances[:, 0] > own[made.indices[:, 0]], ctx.rng)}


@hookimpl
def bench_metrics() -> list[type[Metric]]:
    """Register authenticity."""
    return [Authenticity]
