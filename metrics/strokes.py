"""Strokes: do images have the ink, edges and connected parts of real ones? Features cannot see this."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from benchmark.api import Context, Evidence, Images, Measure, Metric, Score, hookimpl
from metrics._scores import mean, not_judged
from metrics._strokes import FAINT, NAMES, describe

RANGE = (0.005, 0.995)
EMPTY = 0.5  # share of bright pixels in held-out images below which their background is mostly empty


class Strokes(Metric):
    """Share of synthetic images whose strokes are within the range of held-out images, in all of five numbers.

    The numbers of an image x: ink (sum of x); grey share (pixels in (.1, .9) over pixels above .1); edge length
    (summed differences of neighbouring pixels) over ink; connected parts of x > .2 (diagonals connect); speckles
    (pixels brighter than all eight neighbours by more than .02). Formula: `stroke_plausibility` is the share of
    synthetic images with all five between the .5% and 99.5% quantiles of the held-out images. `ghost_strokes`: share
    with more connected parts than the upper quantile. `speckled`: share with more speckles than the upper quantile;
    these are the single bright pixels that GANs produce, which lie outside the principal components.

    Shapes: images (n, h, w, 1) of both. Range [0, 1]; for `stroke_plausibility` higher is better (real images: about
    .97), for the others lower. Source: this suite's own definition. Failing control: noise. Blind to copies, to the
    wrong class and to a repeated image. Cost: .1 s at n = 500. Smallest n: 100 (below that, the quantiles are the
    extremes). Not judged with more than one channel, or if at least half of the held-out pixels are brighter than .1:
    then there are no strokes.
    Keeps `outside`, bool (n, 5): which synthetic images are out of range, and in which number. Per image:
    `plausible_strokes`, whether all five are in range, and `components`, the number of connected parts.
    """

    name = "strokes"
    measures = (
        Measure(
            "stroke_plausibility",
            "higher",
            "share of synthetic images with strokes like those of held-out images",
            aspect="realistic",
            failing="noise",
            space="pixels",
            smallest_n=100,
        ),
        Measure(
            "ghost_strokes",
            "lower",
            "share of synthetic images with too many separate parts",
            aspect="realistic",
            failing="noise",
            space="pixels",
            smallest_n=100,
        ),
        Measure(
            "speckled",
            "lower",
            "share of synthetic images with too many single bright pixels",
            aspect="realistic",
            failing="noise",
            space="pixels",
            smallest_n=100,
        ),
    )

    def score(self, evidence: Evidence, ctx: Context) -> Mapping[str, Score]:
        """Describe both sets, and compare the synthetic images with the range of the held-out images."""
        if reason := _strokeless(evidence.held_out):
            return not_judged(self.measures, reason)
        low, high = np.quantile(describe(evidence.held_out), RANGE, axis=0)
        found = describe(evidence.synthetic)
        too_many = found > high
        outside = too_many | (found < low)
        ctx.keep("outside", outside)
        ctx.per_image("plausible_strokes", ~outside.any(axis=1))
        ctx.per_image("components", found[:, NAMES.index("components")].astype(np.int64))
        return {
            "stroke_plausibility": mean(~outside.any(axis=1), ctx.rng),
            "ghost_strokes": mean(too_many[:, NAMES.index("components")], ctx.rng),
            "speckled": mean(too_many[:, NAMES.index("speckles")], ctx.rng),
        }


def _strokeless(images: Images) -> str:
    """Return why these real images have no strokes to judge by, or ""."""
    if images.shape[-1] != 1:
        return f"images have {images.shape[-1]} channels; strokes need exactly 1"
    bright = float((images > FAINT).mean())
    return (
        f"{bright:.0%} of the real pixels are bright; strokes need a mostly dark background" if bright >= EMPTY else ""
    )


@hookimpl
def bench_metrics() -> list[type[Metric]]:
    """Register the stroke measures."""
    return [Strokes]
