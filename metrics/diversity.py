"""Diversity: how far apart synthetic images lie, against held-out ones."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from benchmark.api import Context, Evidence, Measure, Metric, Score, hookimpl
from metrics._scores import not_judged, ratio


class Diversity(Metric):
    """Mean distance to the nearest other image, of synthetic images over that of as many held-out ones.

    Formula: mean over s in S of d(s, S without s), over the mean over h in H of d(h, H without h).
    Not in pixels, where noise is farther from itself than any image.

    Shapes: features (n, d) of both. Space: what `--features` names.
    Range and direction: from 0, higher is better, 1 is that of real images. Above 1 nothing is gained: the value is
    kept raw, and clipped to 1 where the calibrated value is shown.
    Source: this suite's own definition.
    Failing control: repeat. Blind to copies drawn without replacement. Cost: nothing beside `mixing`.
    Smallest n: 100.
    """

    name = "diversity"
    measures = (
        Measure(
            "diversity",
            "higher",
            "mean distance to the nearest other synthetic image, over that of held-out images",
            aspect="varied",
            failing="repeat",
            bounds=(0, None),
            space="features",
            smallest_n=100,
        ),
    )

    def score(self, evidence: Evidence, ctx: Context) -> Mapping[str, Score]:
        """Score from the nearest neighbours within each set."""
        if min(len(evidence.held_out), len(evidence.synthetic)) < 2:
            return not_judged(self.measures, "needs at least 2 synthetic and held-out images")
        made = evidence.neighbours("synthetic", "synthetic", 1).distances[:, 0].astype(np.float64)
        real = evidence.neighbours("held_out", "held_out", 1).distances[:, 0].astype(np.float64)
        return {"diversity": ratio(np.mean, made, real, ctx.rng)}


@hookimpl
def bench_metrics() -> list[type[Metric]]:
    """Bring diversity."""
    return [Diversity]
