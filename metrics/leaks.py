"""Leaks: are synthetic images nearly test or held-out images, which no generator may be fitted to?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np

from benchmark.api import Array, Context, Evidence, Measure, Metric, Score, hookimpl
from metrics._copies import NEXT, is_near
from metrics._scores import mean, not_judged


class Leaks(Metric):
    """Share of synthetic images S that are nearly a test image or a held-out image H.

    Formula: the share of S with d(s, R) below half the median of d(h, T), and below half the mean distance to the five
    images of R that come next, where R is H or the test split, and T are the training images: the rule for near copies
    in `nearest_neighbour`. A generator that read the test split gets full marks otherwise, so `useful`, which is
    measured on test images, is not judged above .02. If the training images are not known (`bench score` without
    `--train`), H may have been trained on, and only the test split counts.

    Shapes: pixels (n, d). Range [0, 1], lower is better. Source: this suite's own definition. Failing control: none
    (no control reads test images). Blind to copies of them in disguise. Per image: `leaked`.
    Cost: .3 s at n = 500 and 10,000 test images. Smallest n: 15.
    """

    name = "leaks"
    controls = ()
    source = "own definition"
    measures = (
        Measure(
            "leak_share",
            "lower",
            "share of synthetic images that are almost identical to a test or held-out image",
            aspect="useful",
            space="pixels",
        ),
    )

    def score(self, evidence: Evidence, ctx: Context) -> Mapping[str, Score]:
        """Compare the distances from S to H and to the test split with those from H to T."""
        if min(evidence.count("train"), evidence.count("held_out")) < 2:
            return not_judged(self.measures, "needs at least 2 training and 2 held-out images")
        usual = evidence.neighbours("held_out", "train", 1, "pixels").distances
        leaked = np.zeros(evidence.count("synthetic"), dtype=bool)
        if evidence.count("test") > 1:
            leaked |= is_near(_nearest(evidence, "test", evidence.count("test")), usual)
        if evidence.itself("held_out") is None:
            leaked |= is_near(_nearest(evidence, "held_out", evidence.count("held_out")), usual)
        ctx.per_image("leaked", leaked)
        return {"leak_share": mean(leaked, ctx.rng)}


def _nearest(evidence: Evidence, among: Literal["test", "held_out"], there: int) -> Array:
    return evidence.neighbours("synthetic", among, min(NEXT + 1, there), "pixels").distances


@hookimpl
def bench_metrics() -> list[type[Metric]]:
    """Register the measure of leaks."""
    return [Leaks]
