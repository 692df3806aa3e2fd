"""FD infinity: what would the Fréchet distance be, with any number of synthetic images?"""

from __future__ import annotations

from collections.abc import Mapping

from benchmark.api import Context, Evidence, Measure, Metric, Score, hookimpl
from metrics._distances import FEWEST, fd_infinity
from metrics._scores import not_judged


class FdInfinity(Metric):
    """The Fréchet distance, extrapolated to infinitely many synthetic images.

    Formula: the distance of all held-out images to N synthetic ones, drawn without replacement, for 15 numbers N spaced
    evenly from a tenth of them (at most 5,000) to all; the intercept of the least-squares line through it over 1 / N.
    It removes the bias that comes from the number of synthetic images, not that from the number of held-out ones.
    Noisy below some 5,000 images, where it may be below 0: use it to compare sets of different sizes.

    Shapes: features (n, d) of both. Space: the one set by `--features`. Range: lower is better.
    Source: Chong, Forsyth: Effectively unbiased FID and inception score and where to find them, 2020, section 3 (with
    Inception features); subsets and numbers as in dgm-eval (Stein et al. 2023).
    Failing control: noise. Blind to copies, as `frechet`. No draws: an interval needs three fits. Cost: 15 times
    `frechet`. Smallest n: 100.
    """

    name = "fd_infinity"
    default = False
    source = "Chong, Forsyth 2020, section 3"
    measures = (
        Measure(
            "fd_infinity",
            "lower",
            "Fréchet distance of features, extrapolated to any number of synthetic images",
            failing="noise",
            bounds=(None, None),
            space="features",
            smallest_n=100,
        ),
    )

    def score(self, evidence: Evidence, ctx: Context) -> Mapping[str, Score]:
        """Draw subsets of the synthetic images."""
        if len(evidence.held_out) < 2 or len(evidence.synthetic) < FEWEST:
            return not_judged(self.measures, f"needs at least {FEWEST} synthetic and 2 held-out images")
        made, real = evidence.features("synthetic"), evidence.features("held_out")
        return {"fd_infinity": Score(fd_infinity(made, real, ctx.rng))}


@hookimpl
def bench_metrics() -> list[type[Metric]]:
    """Register the extrapolated distance."""
    return [FdInfinity]
