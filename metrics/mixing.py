"""Mixing: do synthetic and held-out images lie among each other?"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from benchmark.api import Array, Context, Evidence, Measure, Metric, Score, hookimpl
from metrics._joint import other_share, over_expected
from metrics._scores import not_judged

K = 10


class Mixing(Metric):
    """Neighbour mixing, and the one-nearest-neighbour two-sample test, of synthetic S and held-out H.

    Formula: S and H (n images each) are put together. For each image, the share of its k = 10 nearest neighbours
    (itself left out) that come from the other set, over the share n / (2n - 1) that is expected where both have one
    distribution. `mixing` is the mean over the images of a side, of the lower side: a single average hides that
    samples crowd between the real images (SMOTE: 1.24 on the real side, .66 on its own).
    `two_sample_1nn` is the leave-one-out accuracy of telling S from H by the nearest neighbour, of the side that is
    farther from one half: near 0 where images were copied, 1 where both lie apart. Ties count one half.

    Shapes: features (n, d) of both. Space: what `--features` names.
    Range and direction: `mixing` from 0, higher is better, 1 is expected for real images (a side may exceed 1);
    accuracies in [0, 1], one half is best.
    Source: neighbour mixing after Schilling, Multivariate two-sample tests based on nearest neighbors, 1986, eq. 1;
    accuracy after Lopez-Paz, Oquab: Revisiting classifier two-sample tests, 2017, section 3.
    Of each image: `real_neighbours`, how many of its 10 are held-out images (5 is expected; ties count in part).
    Failing control: noise. Blind to copies: they mix like real images. Cost: .1 s at n = 500.
    Smallest n: 100 (below, SMOTE and affine images pass for real; only noise is seen at 15).
    """

    name = "mixing"
    source = "Schilling 1986, eq. 1; Lopez-Paz and Oquab 2017, section 3"
    measures = (
        Measure(
            "mixing",
            "higher",
            "share of nearest neighbours from the other set over its expected share, lower side",
            aspect="realistic",
            failing="noise",
            bounds=(0, None),
            space="features",
            smallest_n=100,
        ),
        Measure(
            "mixing_real_side",
            "none",
            "the same for held-out images alone",
            aspect="realistic",
            bounds=(0, None),
            space="features",
            smallest_n=100,
        ),
        Measure(
            "mixing_synthetic_side",
            "none",
            "the same for synthetic images alone",
            aspect="realistic",
            bounds=(0, None),
            space="features",
            smallest_n=100,
        ),
        Measure(
            "two_sample_1nn",
            "half",
            "accuracy of telling real from synthetic by the nearest neighbour, worse side",
            aspect="realistic",
            failing="noise",
            space="features",
            smallest_n=100,
        ),
        Measure(
            "two_sample_1nn_real_side",
            "none",
            "the same for held-out images alone",
            aspect="realistic",
            space="features",
            smallest_n=100,
        ),
        Measure(
            "two_sample_1nn_synthetic_side",
            "none",
            "the same for synthetic images alone",
            aspect="realistic",
            space="features",
            smallest_n=100,
        ),
    )

    def score(self, evidence: Evidence, ctx: Context) -> Mapping[str, Score]:
        """Score both sides from the four neighbour lists of S and H."""
        n_real, n_synthetic = len(evidence.held_out), len(evidence.synthetic)
        if min(n_real, n_synthetic) <= K:
            return not_judged(self.measures, f"needs more than {K} synthetic and held-out images")
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
    """Bring neighbour mixing."""
    return [Mixing]
