"""Clipped Density and Clipped Coverage: how many synthetic images are good, and how much of the class they cover."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from benchmark.api import Array, Context, Evidence, Measure, Metric, Score, hookimpl
from metrics._density import clipped_radii, relative, share
from metrics._scores import not_judged

K = 5


class Clipped(Metric):
    """Clipped Density and Clipped Coverage of synthetic images S with respect to held-out images H.

    Both use balls around the held-out images: the ball of h reaches to its 5th nearest neighbour in H (k = 5, itself
    left out), boundary included. `clipped_density`: radii above their median are cut down to it, so that outliers do
    not reach far; each s contributes the number of balls that contain it, divided by k, at most 1; the mean over S is
    divided by the same mean over H, each h leaving out its own ball; at most 1. `clipped_coverage`: each h contributes
    the number of synthetic images in its ball (of full radius), divided by k, at most 1. The mean over H is then turned
    into the share m / M of good images at which it is expected, where m of the M synthetic images come from the
    distribution of H and the others lie far away: the number in a ball is then beta-binomial (m; k, N - k), N = |H|.
    So both fall linearly with the share of bad images.

    Shapes: features (n, d) of both. Space: the one set by `--features`. Range [0, 1], higher is better.
    Per image: `density`, the contribution of each synthetic image to `clipped_density`, in [0, 1]: how plausible it is.
    Source: Salvy, Talbot, Thirion: Enhanced generative model evaluation with Clipped Density and Coverage, 2026,
    sections 4 and 5.
    Failing control: `repeat` for coverage (.01 at n = 500, .12 at 50). Density needs none, since 0 means that no image
    is good; another class reads .02 (at worst .13 in ten classes of MNIST and Fashion-MNIST at n = 200). Noise could
    not be its control: pixel noise lies in the middle of PCA space, where it reads .55 to .80 at n = 200.
    For pictures (in colour, or wider than 64 pixels), density is not judged in a space where blurred images, another
    class or noise read above .75.
    Blind to copies, and density to a lack of variety. Cost: .04 s at n = 500. Smallest n: 50 (at 30, real images read
    .55 to 1 in coverage).
    """

    name = "clipped"
    source = "Salvy, Talbot and Thirion 2026, sections 4-5"
    measures = (
        Measure(
            "clipped_density",
            "higher",
            "plausibility of synthetic images among held-out ones, relative to that of held-out images",
            aspect="realistic",
            zero=0.0,
            space="features",
            smallest_n=50,
            near=("blurred", "wrong-class", "noise"),
        ),
        Measure(
            "clipped_coverage",
            "higher",
            "share of good synthetic images at which held-out images would have as many near them",
            aspect="varied",
            failing="repeat",
            space="features",
            smallest_n=50,
        ),
    )

    def score(self, evidence: Evidence, ctx: Context) -> Mapping[str, Score]:
        """Score the balls of H: how many contain each s, how many contain each h, and what is inside each of them."""
        n_real, n_made = evidence.count("held_out"), evidence.count("synthetic")
        if min(n_real, n_made) <= K:
            return not_judged(self.measures, f"needs more than {K} each of synthetic and held-out images")
        radii = evidence.neighbours("held_out", "held_out", K).distances[:, -1]
        cut = clipped_radii(radii)
        made = share(evidence.balls("synthetic", "held_out", cut), K)
        real = share(evidence.balls("held_out", "held_out", cut), K)
        ctx.per_image("density", made)
        inside = evidence.neighbours("held_out", "synthetic", K).distances <= radii[:, None]
        return {
            "clipped_density": Score.of_means(relative, made, real, rng=ctx.rng),
            "clipped_coverage": Score.of_means(
                lambda covered: good_share(covered, n_real, n_made), inside.mean(axis=1), rng=ctx.rng
            ),
        }


def good_share(covered: Array, n_real: int, n_made: int) -> Array:
    """Return the share of good images at which each mean coverage in `covered` is expected, in steps of 1 / (M + 1)."""
    expected = expected_coverage(n_real, n_made)
    return np.searchsorted(expected, covered) / len(expected)


def expected_coverage(n_real: int, n_made: int) -> Array:
    """Return the mean coverage, float64 (n_made + 1,), that is expected with 0, 1, ..., n_made good images.

    This is E[min(J, k)] / k for J ~ beta-binomial (m; k, n_real - k), from the probabilities of J < k.
    """
    from scipy.stats import betabinom

    good, fewer = np.arange(n_made + 1)[:, None], np.arange(K)
    missing = betabinom.pmf(fewer, good, K, n_real - K) * (1 - fewer / K)
    return np.asarray(1 - missing.sum(axis=1))


@hookimpl
def bench_metrics() -> list[type[Metric]]:
    """Register Clipped Density and Clipped Coverage."""
    return [Clipped]
