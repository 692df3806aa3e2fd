"""Strokes: do images have the ink, edges and connected parts of real ones? (what features cannot see)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from benchmark.api import Context, Evidence, Images, Measure, Metric, Score, hookimpl
from metrics._scores import mean, not_judged
from metrics._strokes import FAINT, NAMES, describe

RANGE = (0.005, 0.995)
EMPTY = 0.5  # of the pixels of held-out images, for 'a mostly empty ground'


class Strokes(Metric):
    """Share of synthetic images whose strokes are within the range of held-out ones, in five numbers at once.

    The numbers of an image x: ink (sum of x); grey share (pixels in (.1, .9) over pixels above .1); edge length
    (summed differences of neighbouring pixels) over ink; connected parts of x > .2 (diagonals connect); speckles
    (pixels brighter than all eight neighbours by more than .02). Formula: `stroke_plausibility` is the share of S with
    all five between the .5% and 99.5% quantiles of H. `ghost_strokes`: share with more parts than the upper quantile.
    `speckled`: share with more speckles: what single bright pixels of a GAN are, which lie outside PCA's components.

    Shapes: images (n, h, w, 1) of both. Range [0, 1]; plausibility higher is better (real images: about .97), the
    others lower. Source: this suite's own definition. Failing control: noise. Blind to copies, to the wrong class and
    to a repeated image. Cost: .1 s at n = 500. Smallest n: 100 (below, the quantiles are the extremes).
    Not judged with more than one channel, or where half of the held-out pixels are brighter than .1: no strokes.
    Keeps `outside`, bool (n, 5): which synthetic image is out of range in which number. Of each image:
    `plausible_strokes`, whether it is in range in all of them, and `components`, its connected parts.
    """

    name = "strokes"
    measures = (
        Measure(
            "stroke_plausibility",
            "higher",
            "share of synthetic images with strokes like those of held-out ones",
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
        """Describe both sets and compare with the range of held-out images."""
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
    """Say why these real images have no strokes to judge by, or ""."""
    if images.shape[-1] != 1:
        return f"images have {images.shape[-1]} channels; strokes are judged in one"
    bright = float((images > FAINT).mean())
    return f"{bright:.0%} of the real pixels are bright; strokes need a mostly empty ground" if bright >= EMPTY else ""


@hookimpl
def bench_metrics() -> list[type[Metric]]:
    """Bring the stroke measures."""
    return [Strokes]
