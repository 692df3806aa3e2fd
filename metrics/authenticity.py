"""Authenticity: is each synthetic image farther from its training image than that is from the next one?"""

from __future__ import annotations

from collections.abc import Mapping

from benchmark.api import Context, Evidence, Measure, Metric, Score, hookimpl
from metrics._scores import mean, not_judged


class Authenticity(Metric):
    """Share of synthetic S that lie farther from their nearest training image than that one from its own nearest.

    Formula: for each s in S let t be the nearest of the training images T; s is authentic where d(s, t) > d(t, T
    without t). Both distances belong to the same t: to compare d(s, t) with the neighbours of the image that happens to
    have the number of s, or that of the real image's nearest s, is another measure, and not 0 for copies. Copies,
    drawn with or without replacement, are exactly 0: d(s, t) = 0 exceeds no distance.
    Real images are at about .6 and not at 1, since s falls more often to a t that lies alone. Noise is 1, and the
    threshold is the t's own: in dense places half a copy is authentic. A diagnostic; `copy_share` judges.

    Always against all of T. Shapes: pixels (n, d). Range [0, 1].
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
            "share of synthetic images farther from their training image than that from others",
            space="pixels",
        ),
    )

    def score(self, evidence: Evidence, ctx: Context) -> Mapping[str, Score]:
        """Compare the distance of each s to its t with that of the same t to its nearest other."""
        if len(evidence.train) < 2:
            return not_judged(self.measures, "needs at least 2 training images")
        made = evidence.neighbours("synthetic", "train", 1, "pixels")
        own = evidence.neighbours("train", "train", 1, "pixels").distances[:, 0]
        return {"authenticity": mean(made.distances[:, 0] > own[made.indices[:, 0]], ctx.rng)}


@hookimpl
def bench_metrics() -> list[type[Metric]]:
    """Bring authenticity."""
    return [Authenticity]
