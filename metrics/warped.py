"""Warped copies: are synthetic images merely training images that were shifted, scaled or slanted?"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from benchmark.api import Array, Context, Evidence, Measure, Metric, Score, hookimpl
from metrics._moments import normalised
from metrics._scores import mean, not_judged

NEAR = 0.7  # images nearer than this share of the median distance of held-out images are warped copies
INK, EMPTY = 0.1, 0.5  # pixels brighter than INK are ink; a share of ink of EMPTY or more is not an empty background


class Warped(Metric):
    """Share of synthetic images almost identical to a training image, apart from position, size and slant.

    Formula: all images are normalised by their moments (centred, columns sheared until the covariance of rows and
    columns is 0, scaled as a whole to one spread); the share of synthetic S with d(s, T) < .7 times the median of
    d(h, T), for training images T and held-out images H. A rotation by a few degrees is almost a shear, so small
    rotations count too. Exact copies count as well. The measure breaks down images that `copy_share` takes for new, and
    that augmentation is meant to produce: affine images score .77 to .96 (less for a single line), held-out ones at
    most .03.

    Always compared with all of T. Shapes: images (n, h, w, 1) of all three. Range [0, 1], lower is better.
    Source: this suite's own definition; moments as in Casey: Moment normalization of handprinted characters, 1970.
    Failing control: none (copy is 1). Blind to elastic copies. Not judged with more than one channel, or if at least
    half of the held-out pixels are brighter than .1: then brightness cannot be treated as mass.
    Per image: `warped`. Cost: 1 s at n = 500 and 1,000 training images. Smallest n: 15.
    """

    name = "warped"
    default = False
    source = "own definition; moments after Casey 1970"
    measures = (
        Measure(
            "warped_share",
            "lower",
            "share of synthetic images that are shifted, scaled or slanted training images",
            aspect="original",
            space="pixels",
        ),
    )

    def score(self, evidence: Evidence, ctx: Context) -> Mapping[str, Score]:
        """Normalise all three sets, and compare the distances to the nearest training image."""
        if evidence.train.shape[-1] != 1 or (evidence.held_out > INK).mean() >= EMPTY:
            return not_judged(self.measures, "needs images with one channel and a mostly dark background")
        train = normalised(evidence.train)
        near = NEAR * np.median(_to_nearest(normalised(evidence.held_out), train, evidence.itself("held_out")))
        warped = _to_nearest(normalised(evidence.synthetic), train, evidence.itself("synthetic")) < near
        ctx.per_image("warped", warped)
        return {"warped_share": mean(warped, ctx.rng)}


def _to_nearest(of: Array, among: Array, itself: Array | None) -> Array:
    from scipy.spatial.distance import cdist

    found = []
    for start in range(0, len(of), 256):
        distances = cdist(of[start : start + 256], among)
        if itself is not None:
            distances[np.arange(len(distances)), itself[start : start + 256]] = np.inf
        found.append(distances.min(axis=1))
    return np.concatenate(found)


@hookimpl
def bench_metrics() -> list[type[Metric]]:
    """Register the measure of warped copies."""
    return [Warped]
