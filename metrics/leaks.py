"""Leaks: are synthetic images nearly test or held-out images, which no generator may be fitted to?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

import numpy as np

from benchmark.api import Context, Evidence, Measure, Metric, Neighbours, Score, hookimpl
from metrics._copies import NEXT, is_near
from metrics._scores import mean, not_judged

Searched: TypeAlias = Literal["test", "held_out"]
SHOWN = 4  # leaks that are kept as pictures


class Leaks(Metric):
    """Share of synthetic images S that are nearly a test image or a held-out image H.

    Formula: the share of S with d(s, R) below half the median of d(h, T), and below half the mean distance to the five
    images of R that come next, where R is H or the test split, and T are the training images: the rule for near copies
    in `nearest_neighbour`. A generator that read the test split gets full marks otherwise, so `useful`, which is
    measured on test images, is not judged above .02. If the training images are not known (`bench score` without
    `--train`), H may have been trained on, and only the test split counts.

    Shapes: pixels (n, d). Range [0, 1], lower is better. Source: this suite's own definition. Failing control: none
    (no control reads test images); `real` shows what chance gives. Blind to copies of them in disguise. Per image:
    `leaked`. Keeps the closest SHOWN of them: which images (`surest`), the `originals`, and whether these are test
    images (`from_test`).
    Cost: .3 s at n = 500 and 10,000 test images. Smallest n: 15.
    """

    name = "leaks"
    controls = ("real",)
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
        searched: list[Searched] = ["test"] if evidence.count("test") > 1 else []
        if evidence.itself("held_out") is None:
            searched.append("held_out")
        nearest = {role: _nearest(evidence, role, evidence.count(role)) for role in searched}
        away = np.full((len(searched) + 1, evidence.count("synthetic")), np.inf)  # of leaks; the last row: of no role
        for row, found in zip(away, nearest.values(), strict=False):
            row[:] = np.where(is_near(found.distances, usual), found.distances[:, 0], np.inf)
        leaked = np.isfinite(away.min(axis=0))
        ctx.per_image("leaked", leaked)
        surest = np.argsort(away.min(axis=0), kind="stable")[: min(SHOWN, int(leaked.sum()))]
        if len(surest):
            roles = [searched[row] for row in away.argmin(axis=0)[surest]]
            places = [nearest[role].indices[i, :1] for role, i in zip(roles, surest, strict=True)]
            originals = [evidence.some(role, place) for role, place in zip(roles, places, strict=True)]
            ctx.keep("surest", surest)
            ctx.keep("originals", np.concatenate(originals))
            ctx.keep("from_test", np.array([role == "test" for role in roles]))
        return {"leak_share": mean(leaked, ctx.rng)}


def _nearest(evidence: Evidence, among: Searched, there: int) -> Neighbours:
    return evidence.neighbours("synthetic", among, min(NEXT + 1, there), "pixels")


@hookimpl
def bench_metrics() -> list[type[Metric]]:
    """Register the measure of leaks."""
    return [Leaks]
