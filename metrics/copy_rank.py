"""Copy rank: are synthetic images nearer to training images than held-out images are?"""

from __future__ import annotations

from collections.abc import Mapping

from benchmark.api import Context, Evidence, Measure, Metric, Score, hookimpl
from metrics._ranks import above


class CopyRank(Metric):
    """Probability that a synthetic image is farther from the training images than a held-out image is.

    Formula: P(d(s, T) > d(h, T)) over all pairs of s in the synthetic images S and h in the held-out images H, ties
    counting half, where d is the distance to the nearest training image in T: the Mann-Whitney statistic. It needs
    neither a threshold nor equal sizes of T and H. New images are expected to score 1/2.
    Only low values mean anything: noise is farther from T than any image and scores .99, which is no merit.
    (The share of S that is nearer to T than to H is not a substitute: with all of T, real images score .77.)

    Always compared with all of T. Shapes: pixels (n, d). Range [0, 1], higher is better up to 1/2.
    Source: Meehan, Chaudhuri, Dasgupta: A non-parametric test to detect data-copying, 2020 (its statistic before
    standardisation, without cells).
    Failing control: copy. Blind to copies in disguise and to a few copies among many new images (10%: .48). Also below
    1/2 without copies: the mean image (.38, and .08 at 50 training images).
    Cost: none on top of `nearest_neighbour`. Smallest n: 15.
    """

    name = "copy_rank"
    source = "Meehan et al. 2020"
    measures = (
        Measure(
            "copy_rank",
            "higher",
            "probability of being farther from the training images than a held-out image is (new images: 1/2)",
            aspect="original",
            failing="copy",
            space="pixels",
        ),
    )

    def score(self, evidence: Evidence, ctx: Context) -> Mapping[str, Score]:
        """Compare the distances from S and from H to the nearest training image."""
        made = evidence.neighbours("synthetic", "train", 1, "pixels").distances[:, 0]
        real = evidence.neighbours("held_out", "train", 1, "pixels").distances[:, 0]
        return {"copy_rank": above(made, real, ctx.rng)}


@hookimpl
def bench_metrics() -> list[type[Metric]]:
    """Register the copy rank."""
    return [CopyRank]
