"""Warped copies: are synthetic images training images that were moved, scaled or slanted?"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from benchmark.api import Array, Context, Evidence, Measure, Metric, Score, hookimpl
from metrics._moments import normalised
from metrics._scores import mean, not_judged

NEAR = 0.7  # of the median distance of held-out images: nearer is a warped copy
INK, EMPTY = 0.1, 0.5  # brighter is ink; more ink than half of the pixels is no empty ground


class Warped(Metric):
    """Share of synthetic S that are nearly a training image in T once place, size and slant are taken out.

    Formula: all images are normalised by their moments (centre in the middle, columns sheared until the covariance of
    rows and columns is 0, scaled as a whole to one spread); share of S with d(s, T) < .7 times the median of d(h, T)
    over held-out H. Turning by a few degrees is nearly a shear, so small rotations go too. Copies proper count as
    well: of those that `copy_share` leaves, it says what they are. A breakdown of what is new to `copy_share`, and
    what augmentation is for: affine images are at .77 to .96 (a stroke of one line less), held-out ones at .03 or less.

    Always against all of T. Shapes: images (n, h, w, 1) of all three. Range [0, 1], lower is better.
    Source: this suite's own definition; moments as in Casey: Moment normalization of handprinted characters, 1970.
    Failing control: none (copy is 1). Blind to elastic copies. Not judged with more than one channel, or where half of
    the real pixels are brighter than .1: brightness is no mass there.
    Of each image: `warped`. Cost: 1 s at n = 500 and 1,000 training images. Smallest n: 15.
    """

    name = "warped"
    default = False
    source = "own definition; moments after Casey 1970"
    measures = (
        Measure(
            "warped_share",
            "lower",
            "share of synthetic images that are a training image moved, scaled or slanted",
            aspect="original",
            space="pixels",
        ),
    )

    def score(self, evidence: Evidence, ctx: Context) -> Mapping[str, Score]:
        """Normalise all three sets, and compare distances to the nearest training image."""
        if evidence.train.shape[-1] != 1 or (evidence.held_out > INK).mean() >= EMPTY:
            return not_judged(self.measures, "moments need one channel and a mostly empty ground")
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
    """Bring the warped copies."""
    return [Warped]
