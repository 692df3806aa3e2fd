"""Density: how many held-out images reach a synthetic one? As published, without a limit."""

from __future__ import annotations

from collections.abc import Mapping

from benchmark.api import Context, Evidence, Measure, Metric, Score, hookimpl
from metrics._scores import mean, not_judged

K = 5


class Density(Metric):
    """Density as published, without the limit of 1 that `prdc` has, and as the package prdc gives it.

    Formula: mean over synthetic images of the number of balls around held-out images that contain it, divided by k = 5.
    Shapes, space, source and cost: see `Prdc`. Range from 0; 1 is expected for real images. Noise and the mean image
    reach up to 3.9, so it carries no weight. Blind to copies. Smallest n: 100.
    """

    name = "density"
    default = False
    source = "Naeem et al. 2020, eq. 4"
    measures = (
        Measure(
            "density_unlimited",
            "none",
            "mean number of held-out images that reach a synthetic image, divided by 5 (noise passes)",
            bounds=(0, None),
            space="features",
            smallest_n=100,
        ),
    )

    def score(self, evidence: Evidence, ctx: Context) -> Mapping[str, Score]:
        """Count the balls that contain each synthetic image."""
        if len(evidence.held_out) <= K or not len(evidence.synthetic):
            return not_judged(self.measures, f"needs synthetic and more than {K} held-out images")
        radii = evidence.neighbours("held_out", "held_out", K).distances[:, -1]
        return {"density_unlimited": mean(evidence.balls("synthetic", "held_out", radii) / K, ctx.rng)}


@hookimpl
def bench_metrics() -> list[type[Metric]]:
    """Register density."""
    return [Density]
