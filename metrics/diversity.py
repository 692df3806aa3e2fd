"""Diversity: how far apart synthetic images are, compared with held-out images."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from benchmark.api import Context, Evidence, Measure, Metric, Score, hookimpl
from metrics._scores import not_judged, ratio


class Diversity(Metric):
    """Mean distance of synthetic images to the nearest other one, relative to that of as many held-out images.

    Formula: the mean over s in S of d(s, S without s), divided by the mean over h in H of d(h, H without h), for
    synthetic images S and held-out images H. Not in pixels, where noise is farther from itself than any image is.

    Shapes: features (n, d) of both. Space: the one set by `--features`.
    Range and direction: from 0, higher is better, 1 for real images. Values above 1 are no better: they are kept as raw
    values, and clipped to 1 on the calibrated scale.
    Source: this suite's own definition.
    Failing control: repeat. Blind to copies drawn without replacement. Cost: none on top of `mixing`.
    Smallest n: 100.
    """

    name = "diversity"
    measures = (
        Measure(
            "diversity",
            "higher",
            "mean distance to the nearest other synthetic image, relative to that of held-out images",
            aspect="varied",
            failing="repeat",
            bounds=(0, None),
            space="features",
            smallest_n=100,
        ),
    )

    def score(self, evidence: Evidence, ctx: Context) -> Mapping[str, Score]:
        """Score the distances to the nearest neighbours within each set."""
        if min(evidence.count("held_out"), evidence.count("synthetic")) < 2:
            return not_judged(self.measures, "needs at least 2 each of synthetic and held-out images")
        made = evidence.neighbours("synthetic", "synthetic", 1).distances[:, 0].astype(np.float64)
        real = evidence.neighbours("held_out", "held_out", 1).distances[:, 0].astype(np.float64)
        return {"diversity": ratio(np.mean, made, real, ctx.rng)}


@hookimpl
def bench_metrics() -> list[type[Metric]]:
    """Register diversity."""
    return [Diversity]
