"""Fréchet distance: do the mean and covariance of the features agree?"""

from __future__ import annotations

from collections.abc import Mapping

from benchmark.api import Context, Evidence, Measure, Metric, Score, hookimpl
from metrics._distances import distance
from metrics._scores import not_judged


class Frechet(Metric):
    """Squared Fréchet distance between Gaussians fitted to the features of synthetic images S and held-out images H.

    Formula: |m - w|^2 + tr(C + D - 2 (C^1/2 D C^1/2)^1/2), with means m, w and covariances C, D (over n - 1) of S and
    H. C^1/2 D C^1/2 is symmetric and has the eigenvalues of C D, so the roots are real; the usual root of the product
    C D loses digits if a covariance is singular.
    The value is biased: for real images it is above 0, and it falls with n. The value for as many fresh real images
    (the control real) is therefore 1 on the calibrated scale. Values at different n or in different features are not
    comparable.

    With fewer images than features, a covariance is singular; the value is exact all the same, and a note says so.

    Shapes: features (n, d) of both. Space: the one set by `--features`. Range: from 0, lower is better.
    In PCA space it ranks samples of a Gaussian fitted there above affine images, by construction; use
    `--features cnn` to interpret it. Source: Heusel et al.: GANs trained by a two time-scale update rule, 2017, eq. 6
    (with other features), after Dowson, Landau: The Fréchet distance between multivariate normal distributions, 1982.
    Failing control: noise. Blind to copies, and to everything that mean and covariance do not show. No draws: an
    interval needs three fits. Cost: .01 s at n = 500 and 50 features; it grows with the cube of the number of features.
    Smallest n: 100.
    """

    name = "frechet"
    aliases = ("fid",)
    source = "Heusel et al. 2017, eq. 6"
    measures = (
        Measure(
            "frechet",
            "lower",
            "squared distance between Gaussians fitted to the features of synthetic and held-out images",
            aspect="realistic",
            failing="noise",
            bounds=(0, None),
            space="features",
            smallest_n=100,
        ),
    )

    def score(self, evidence: Evidence, ctx: Context) -> Mapping[str, Score]:
        """Compare the means and covariances of both sets."""
        if min(evidence.count("held_out"), evidence.count("synthetic")) < 2:
            return not_judged(self.measures, "needs at least 2 each of synthetic and held-out images")
        made, real = evidence.features("synthetic"), evidence.features("held_out")
        n, d = min(len(made), len(real)), made.shape[1]
        note = f"{n} images for {d} features: the bias is large; compare only values at the same n" if n <= d else ""
        return {"frechet": Score(distance(made, real), note=note)}


@hookimpl
def bench_metrics() -> list[type[Metric]]:
    """Register the Fréchet distance."""
    return [Frechet]
