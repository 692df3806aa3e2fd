"""Mixing: are synthetic and held-out images interspersed?"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from benchmark.api import Array, Context, Evidence, Measure, Metric, Score, hookimpl
from metrics._joint import other_share, over_expected
from metrics._scores import not_judged

K = 10


class Mixing(Metric):
    """Neighbour mixing of synthetic images S and held-out images H, and a nearest-neighbour two-sample test.

    Formula: S and H (n images each) are pooled. For each image, take the share of its k = 10 nearest neighbours (itself
    left out) that come from the other set, and divide it by n / (2n - 1), its expected value if both sets have the same
    distribution. `mixing` is the mean over the images of one side, for the side where it is lower. A single average
    would hide samples that crowd between the real images (SMOTE: 1.24 on the real side, .66 on its own).
    `two_sample_1nn` is the leave-one-out accuracy of a 1-nearest-neighbour classifier of S against H, for the side
    where it is farther from 1/2: near 0 for copied images, 1 if the sets lie apart. Ties count half.

    Shapes: features (n, d) of both. Space: the one set by `--features`.
    Range and direction: `mixing` from 0, higher is better, 1 is expected for real images (one side may exceed 1);
    accuracies in [0, 1], 1/2 is best.
    Source: neighbour mixing after Schilling, Multivariate two-sample tests based on nearest neighbors, 1986, eq. 1;
    accuracy after Lopez-Paz, Oquab: Revisiting classifier two-sample tests, 2017, section 3.
    Per image: `real_neighbours`, how many of its 10 neighbours are held-out images (5 expected; ties count in part).
    Failing control: noise. Blind to copies: they mix like real images. Cost: .1 s at n = 500.
    Smallest n: 100 (below that, SMOTE and affine images pass for real; at 15, only noise is detected).
    """

    name = "mixing"
    source = "Schilling 1986, eq. 1; Lopez-Paz and Oquab 2017, section 3"
    measures = (
        Measure(
            "mixing",
            "higher",
            "share of nearest neighbours from the other set, relative to its expected value; lower of both sides",
            aspect="realistic",
            failing="noise",
            bounds=(0, None),
            space="features",
            smallest_n=100,
        ),
        Measure(
            "mixing_real_side",
            "none",
            "mixing of the held-out images alone",
            aspect="realistic",
            bounds=(0, None),
            space="features",
            smallest_n=100,
        ),
        Measure(
            "mixing_synthetic_side",
            "none",
            "mixing of the synthetic images alone",
            aspect="realistic",
            bounds=(0, None),
            space="features",
            smallest_n=100,
        ),
        Measure(
            "two_sample_1nn",
            "half",
            "accuracy of telling real from synthetic images by their nearest neighbour; worse of both sides",
            aspect="realistic",
            failing="noise",
            space="features",
            smallest_n=100,
        ),
        Measure(
            "two_sample_1nn_real_side",
            "none",
            "two_sample_1nn of the held-out images alone",
            aspect="realistic",
            space="features",
            smallest_n=100,
        ),
        Measure(
            "two_sample_1nn_synthetic_side",
            "none",
            "two_sample_1nn of the synthetic images alone",
            aspect="realistic",
            space="features",
            smallest_n=100,
        ),
    )

    def score(self, evidence: Evidence, ctx: Context) -> Mapping[str, Score]:
        """Score both sides, from the four lists of neighbours within and between S and H."""
        n_real, n_synthetic = evidence.count("held_out"), evidence.count("synthetic")
        if min(n_real, n_synthetic) <= K:
            return not_judged(self.measures, f"needs more than {K} each of synthetic and held-out images")
        lists = {
            (of, among): evidence.neighbours(of, among, K).distances
            for of in ("held_out", "synthetic")
            for among in ("held_out", "synthetic")
        }
        real = lists["held_out", "held_out"], lists["held_out", "synthetic"]
        made = lists["synthetic", "synthetic"], lists["synthetic", "held_out"]
        fellows = other_share(*made, K)
        ctx.per_image("real_neighbours", fellows * K)
        mixed = (over_expected(other_share(*real, K), n_real, n_synthetic), over_expected(fellows, n_synthetic, n_real))
        told = tuple(1 - other_share(own[:, :1], other[:, :1], 1) for own, other in (real, made))
        return {
            "mixing": Score.of_means(np.minimum, *mixed, rng=ctx.rng),
            "mixing_real_side": Score.of_means(np.positive, mixed[0], rng=ctx.rng),
            "mixing_synthetic_side": Score.of_means(np.positive, mixed[1], rng=ctx.rng),
            "two_sample_1nn": Score.of_means(_farther_from_half, *told, rng=ctx.rng),
            "two_sample_1nn_real_side": Score.of_means(np.positive, told[0], rng=ctx.rng),
            "two_sample_1nn_synthetic_side": Score.of_means(np.positive, told[1], rng=ctx.rng),
        }


def _farther_from_half(one: Array, other: Array) -> Array:
    return np.where(np.abs(one - 0.5) >= np.abs(other - 0.5), one, other)


@hookimpl
def bench_metrics() -> list[type[Metric]]:
    """Register neighbour mixing."""
    return [Mixing]
