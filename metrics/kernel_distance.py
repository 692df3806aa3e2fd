"""Kernel distance: do the features agree in all moments up to the third order?"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from benchmark.api import Array, Context, Evidence, Measure, Metric, Score, hookimpl
from metrics._blocks import row_blocks
from metrics._scores import DRAWS, not_judged


class KernelDistance(Metric):
    """Unbiased squared maximum mean discrepancy between features of synthetic S and held-out H, with a cubic kernel.

    Formula: mean of k(s, s') over pairs s != s' + mean of k(h, h') over pairs h != h' - 2 mean of k(s, h), with
    k(x, y) = (x.y / d + 1)^3 and d the number of features. Each feature is first standardised by the mean and
    standard deviation of S and H together (a constant feature is only centred). Unscaled, a few features dominate, and
    the spread of the value is 20 to 40% of its mean; scaled by H alone, noise would pass, as it lies close to its mean.
    Draws resample the contribution of each image, k(s, S without s) - k(s, H) and likewise for h, with fixed kernel
    values. Each image is part of a pair twice, so deviations count double (the linear term of a U-statistic).

    Shapes: features (n, d) of both. Space: the one set by `--features`. Range: 0 is expected for real images at any n,
    and their value may be negative; lower is better, but values below 0 are no better than 0.
    Source: Bińkowski et al.: Demystifying MMD GANs, 2018, section 4 (the kernel; with other features, standardised);
    Gretton et al.: A kernel two-sample test, 2012, eq. 3 (the estimator).
    Failing control: noise (.42; affine images .13, the wrong digit .57, the mean image .53). Blind to copies.
    Cost: .02 s at n = 500 and 50 features. Smallest n: 100.
    """

    name = "kernel_distance"
    source = "Bińkowski et al. 2018, section 4; Gretton et al. 2012, eq. 3"
    measures = (
        Measure(
            "kernel_distance",
            "lower",
            "squared distance between the mean embeddings of synthetic and held-out images",
            aspect="realistic",
            failing="noise",
            bounds=(None, None),
            space="features",
            smallest_n=100,
        ),
    )

    def score(self, evidence: Evidence, ctx: Context) -> Mapping[str, Score]:
        """Score the kernel values within and between the sets."""
        if min(evidence.count("held_out"), evidence.count("synthetic")) < 2:
            return not_judged(self.measures, "needs at least 2 each of synthetic and held-out images")
        made, real = standardised(evidence.features("synthetic"), evidence.features("held_out"))
        to_real, to_made = _between(made, real)
        parts = _among(made) - to_real, _among(real) - to_made
        found = Score.of_means(np.add, *parts, rng=ctx.rng, draws=DRAWS)
        assert found.value is not None and found.draws is not None  # noqa: S101, PT018 - `of_means` sets both
        return {"kernel_distance": Score(found.value, 2 * found.draws - found.value)}


def standardised(made: Array, real: Array) -> tuple[Array, Array]:
    """Return both sets, float64 (n, d) and (m, d), standardised by their joint mean and standard deviation."""
    made, real = made.astype(np.float64), real.astype(np.float64)
    both = np.concatenate([made, real])
    centre, spread = both.mean(axis=0), both.std(axis=0)
    spread[spread == 0] = 1
    return (made - centre) / spread, (real - centre) / spread


def _kernel(one: Array, other: Array) -> Array:
    return np.asarray((one @ other.T / one.shape[1] + 1) ** 3)


def _between(made: Array, real: Array) -> tuple[Array, Array]:
    """Return the mean kernel values of each row (n, d) with those of the other set (m, d): (n,) and (m,)."""
    to_real, to_made = np.empty(len(made)), np.zeros(len(real))
    for rows in row_blocks(len(made), len(real)):
        values = _kernel(made[rows], real)
        to_real[rows] = values.mean(axis=1)
        to_made += values.sum(axis=0)
    return to_real, to_made / len(made)


def _among(rows: Array) -> Array:
    """Return the mean kernel value of each row (n, d) with the other rows, (n,)."""
    found = np.empty(len(rows))
    for part in row_blocks(len(rows), len(rows)):
        values = _kernel(rows[part], rows)
        found[part] = values.sum(axis=1) - values[np.arange(len(values)), np.arange(len(rows))[part]]
    return found / (len(rows) - 1)


@hookimpl
def bench_metrics() -> list[type[Metric]]:
    """Register the kernel distance."""
    return [KernelDistance]
