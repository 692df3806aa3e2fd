"""Nearest neighbours: are synthetic images new, or copies, blends or duplicates?"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import numpy as np

from benchmark.api import Array, Context, Evidence, Measure, Metric, Score, hookimpl
from metrics._blends import MIXED, blends
from metrics._copies import NEAR, near_copies, near_twins
from metrics._scores import mean, not_judged, ratio

NONE = -1  # in place of an index
low_quantile = partial(np.quantile, q=0.05)


class NearestNeighbour(Metric):
    """Distances from synthetic images S to training images T, compared with those of held-out images H, in pixels.

    `copy_share`: share of S with d(s, T) below half the median of d(h, T), and below half the mean distance to the five
    training images that come next. It is also computed with each image thresholded at the middle of its range, so that
    binarised and dimmed copies count; the larger of the two shares is reported. Without the second condition, 7% of new
    trousers of Fashion-MNIST are copies, and 24% if they are dimmed.
    `duplicate_share`: share of S whose nearest other s is nearer than half the median of d(h, T).
    `interpolation_share`: share of S with d(s, T) > 0 that are blends of two training images, as SMOTE's are: nearer to
    the segment between them than .3 of the distance to any single one, in any contrast and brightness. All pairs among
    the 10 nearest are tried, and the three with the largest weights in the best mixture of the 50 nearest. The triangle
    between these three shows blends of three. A breakdown of what is not new; no control anchors it.
    `dcr_median`, `dcr_q05`: median and 5% quantile of d(s, T), relative to those of d(h, T). `nndr_median`, `nndr_q05`:
    the same for the ratio of d(s, T) to the distance to the second nearest. In all of these, only low values mean
    anything: noise is farther from T than any image (dcr_median 1.45), and the mean image as far as a real one (1.01).

    Always compared with all of T: if T is cut from 3,000 to 200 images, the share of a full copier falls from 1.00 to
    .06. Shapes: pixels (n, d). Ranges: shares [0, 1], lower is better; ratios from 0, 1 for real images.
    Source: copies as in Meehan, Chaudhuri, Dasgupta: A non-parametric test to detect data-copying, 2020, section 2;
    ratios as DCR and NNDR in Zhao et al., CTAB-GAN, 2021, section 4.4; thresholds and blends are this suite's own,
    chosen on 4,500 held-out images, none of which is flagged.
    Failing controls: copy; repeat for `duplicate_share`; none for `interpolation_share`.
    Per image: `nearest_train`, `nearest_distance`, whether it counts towards the three shares (`copy`, `duplicate`,
    `blended`), whether it is a blend of three (`blended_of_three`), and of which (`parent_1` to `parent_3`, the largest
    weight first; -1 without). Keeps, for histograms: distances from S to H and from H to T, and the threshold for
    copies.
    Cost: .6 s at n = 500 and 1,000 training images. Smallest n: 15 for shares and medians, 100 for 5% quantiles.
    """

    name = "nearest_neighbour"
    source = "Meehan et al. 2020, section 2; Zhao et al. 2021, section 4.4"
    measures = (
        Measure(
            "copy_share",
            "lower",
            "share of synthetic images that are almost identical to a training image",
            aspect="original",
            failing="copy",
            space="pixels",
        ),
        Measure(
            "duplicate_share",
            "lower",
            "share of synthetic images that are almost identical to another synthetic image",
            aspect="original",
            failing="repeat",
            space="pixels",
        ),
        Measure(
            "interpolation_share",
            "lower",
            "share of synthetic images that are blends of two training images",
            aspect="original",
            space="pixels",
        ),
        Measure(
            "dcr_median",
            "higher",
            "median distance to the nearest training image, relative to that of held-out images",
            aspect="original",
            failing="copy",
            bounds=(0, None),
            space="pixels",
        ),
        Measure(
            "dcr_q05",
            "higher",
            "5% quantile of the distance to the nearest training image, relative to that of held-out images",
            aspect="original",
            failing="copy",
            bounds=(0, None),
            space="pixels",
            smallest_n=100,
        ),
        Measure(
            "nndr_median",
            "higher",
            "median ratio of the distances to the nearest and second-nearest training image, relative to that of "
            "held-out images",
            aspect="original",
            failing="copy",
            bounds=(0, None),
            space="pixels",
        ),
        Measure(
            "nndr_q05",
            "higher",
            "5% quantile of the ratio of the distances to the nearest and second-nearest training image, relative to "
            "that of held-out images",
            aspect="original",
            failing="copy",
            bounds=(0, None),
            space="pixels",
            smallest_n=100,
        ),
    )

    def score(self, evidence: Evidence, ctx: Context) -> Mapping[str, Score]:
        """Score the lists of neighbours of S in T, of H in T and of S in S."""
        k = min(MIXED, evidence.count("train") - (evidence.itself("synthetic") is not None))
        if k < 2 or evidence.count("synthetic") < 2:
            return not_judged(self.measures, "needs at least 2 training and 2 synthetic images")
        made = evidence.neighbours("synthetic", "train", k, "pixels")
        real = evidence.neighbours("held_out", "train", 2, "pixels")
        near = NEAR * np.median(real.distances[:, 0])
        nearest = made.distances[:, 0].astype(np.float64)
        pixels = evidence.features("synthetic", "pixels"), evidence.features("train", "pixels")
        mixed, parents = blends(*pixels, made.indices)
        mixed &= nearest[:, None] > 0
        twins = evidence.neighbours("synthetic", "synthetic", 1, "pixels").distances[:, 0]
        copied = near_copies(evidence)
        duplicate = twins < near
        ctx.per_image("nearest_train", made.indices[:, 0])
        ctx.per_image("nearest_distance", nearest)
        ctx.per_image("copy", copied[:, copied.mean(axis=0).argmax()])
        ctx.per_image("blended", mixed[:, 0])
        ctx.per_image("blended_of_three", mixed[:, 1])
        count = np.where(mixed[:, 1], 3, 2 * mixed[:, 0])
        for place, parent in enumerate(parents.T, 1):
            ctx.per_image(f"parent_{place}", np.where(place <= count, parent, NONE))
        ctx.per_image("duplicate", duplicate)
        self._keep(evidence, ctx, near)
        scores = {
            "copy_share": Score.of_means(lambda shares: shares.max(axis=-1), copied, rng=ctx.rng),
            "duplicate_share": mean(duplicate, ctx.rng),
            "interpolation_share": mean(mixed[:, 0], ctx.rng),
        }
        if reason := near_twins(evidence):
            scores |= not_judged(self.measures[:2], reason)
        for name, of in (("dcr", _first), ("nndr", _first_over_second)):
            scores[f"{name}_median"] = ratio(np.median, of(made.distances), of(real.distances), ctx.rng)
            scores[f"{name}_q05"] = ratio(low_quantile, of(made.distances), of(real.distances), ctx.rng)
        return scores

    def _keep(self, evidence: Evidence, ctx: Context, near: float) -> None:
        ctx.keep("threshold", np.asarray(near))
        ctx.keep("synthetic_to_held_out", evidence.neighbours("synthetic", "held_out", 1, "pixels").distances[:, 0])
        ctx.keep("held_out_to_train", evidence.neighbours("held_out", "train", 1, "pixels").distances[:, 0])


def _first(distances: Array) -> Array:
    return np.asarray(distances[:, 0], dtype=np.float64)


def _first_over_second(distances: Array) -> Array:
    """Return the ratio of the two smallest distances (n,); 0 where both are 0."""
    one, two = distances[:, 0].astype(np.float64), distances[:, 1].astype(np.float64)
    return np.divide(one, two, out=np.zeros_like(one), where=two > 0)


@hookimpl
def bench_metrics() -> list[type[Metric]]:
    """Register the neighbour distances."""
    return [NearestNeighbour]
