"""Copy rank: are synthetic images nearer to training images than held-out ones are?"""

from __future__ import annotations

from collections.abc import Mapping

from benchmark.api import Context, Evidence, Measure, Metric, Score, hookimpl
from metrics._ranks import above


class CopyRank(Metric):
    """Chance that a synthetic s in S is farther from the training images T than a held-out h in H.

    Formula: P(d(s, T) > d(h, T)) over all pairs of s and h, ties one half, with d the distance to the nearest image of
    T: the Mann-Whitney statistic. It needs no threshold and no equal sizes of T and H. 1/2 is expected of new images.
    Only the low side means anything: noise is farther from T than any image and gets .99, which is no praise.
    (The share of S that is nearer to T than to H is no substitute: with all of T real images get .77.)

    Always against all of T. Shapes: pixels (n, d). Range [0, 1], higher is better up to one half.
    Source: Meehan, Chaudhuri, Dasgupta: A non-parametric test to detect data-copying, 2020 (its
    statistic before it is standardised, without cells).
    Failing control: copy. Blind to warped copies and to a few copies among many new images (10%: .48). Below one half
    without copies: the mean image (.38, and .08 at 50 training images).
    Cost: nothing beside `nearest_neighbour`. Smallest n: 15.
    """

    name = "copy_rank"
    source = "Meehan et al. 2020"
    measures = (
        Measure(
            "copy_rank",
            "higher",
            "chance to be farther from the training images than a held-out image (half is new)",
            aspect="original",
            failing="copy",
            space="pixels",
        ),
    )

    def score(self, evidence: Evidence, ctx: Context) -> Mapping[str, Score]:
        """Compare the distances of S and of H to the nearest training image."""
        made = evidence.neighbours("synthetic", "train", 1, "pixels").distances[:, 0]
        real = evidence.neighbours("held_out", "train", 1, "pixels").distances[:, 0]
        return {"copy_rank": above(made, real, ctx.rng)}


@hookimpl
def bench_metrics() -> list[type[Metric]]:
    """Bring the copy rank."""
    return [CopyRank]
