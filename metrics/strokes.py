"""Strokes: do images have the ink, edges and connected parts of real ones? Features cannot see this."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from benchmark.api import Array, Context, Evidence, Images, Measure, Metric, Score, hookimpl
from metrics._limits import FLAT, contrast, graded, grey
from metrics._scores import mean, not_judged
from metrics._strokes import FAINT, NAMES, comparable, describe

RANGE = (0.005, 0.995)
TOLERANCE = 0.25  # this far outside the range, an image counts as 0
EMPTY = 0.5  # share of bright pixels in held-out images below which their background is mostly empty


class Strokes(Metric):
    """How well the strokes of synthetic images keep to the range of held-out images, in five numbers.

    All brightness is in units of the contrast of the held-out images (the median difference between an image's
    brightest and darkest pixel), counted from their median darkest pixel. The numbers of an image x: ink (sum of x);
    grey share (pixels in (.1, .9) over pixels above .1); edge length (summed differences of neighbouring pixels) over
    ink; connected parts of x > .2 (diagonals connect); speckles (pixels brighter than all eight neighbours by more than
    .02). Formula: within the .5% and 99.5% quantiles of the held-out images a number counts as 1; outside, it falls
    linearly to 0 where it is off by .25: in the log of ink, edge and 1 + parts; in the grey share relative to the
    image's own brightest pixel; in how far the most prominent speckle stands out. `stroke_plausibility` is the mean
    over the synthetic images of the smallest of the five. `ghost_strokes`: share with more connected parts than the
    upper quantile. `speckled`: share with more speckles than the upper quantile; these are the single bright pixels
    that GANs produce, which lie outside the principal components.

    The channels are averaged if those of the held-out images are equal: such images score as grey ones do.
    Shapes: images (n, h, w, c) of both. Range [0, 1]; for `stroke_plausibility` higher is better (real images: about
    .98), for the others lower. Source: this suite's own definition. Failing control: noise. Blind to copies, to the
    wrong class, to a repeated image, and to an extra stroke that looks like the others (.98). Cost: .2 s at n = 500.
    Smallest n: 100 (below that, the quantiles are the extremes). Not judged if the held-out images are in colour, or if
    at least half of their pixels are brighter than .1: then there are no strokes.
    Keeps `outside`, bool (n, 5): which synthetic images are out of range, and in which number. Per image:
    `plausible_strokes`, whether all five are in range, and `components`, the number of connected parts.
    """

    name = "strokes"
    measures = (
        Measure(
            "stroke_plausibility",
            "higher",
            "how well the strokes of synthetic images keep to the range of held-out images",
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
        inked, reason = _inked(evidence)
        if reason:
            return not_judged(self.measures, reason)
        (numbers, usual), (found, scaled) = (
            np.split(evidence.over(role, lambda images: _described(inked(images))), 2, axis=1)
            for role in ("held_out", "synthetic")
        )
        low, high = np.quantile(numbers, RANGE, axis=0)
        too_many = found > high
        outside = too_many | (found < low)
        least, most = np.quantile(usual, RANGE, axis=0)
        kept = graded(scaled, least, most, TOLERANCE)
        ctx.keep("outside", outside)
        ctx.per_image("plausible_strokes", ~outside.any(axis=1))
        ctx.per_image("components", found[:, NAMES.index("components")].astype(np.int64))
        return {
            "stroke_plausibility": mean(kept, ctx.rng),
            "ghost_strokes": mean(too_many[:, NAMES.index("components")], ctx.rng),
            "speckled": mean(too_many[:, NAMES.index("speckles")], ctx.rng),
        }


def _inked(evidence: Evidence) -> tuple[Callable[[Images], Array], str]:
    """Return what gives images in units of the contrast, (n, h, w), and why there are no strokes to judge by, or ""."""
    if evidence.over("held_out", lambda images: (images != images[..., :1]).any(axis=(1, 2, 3))).any():
        return grey, "the real images are in colour; strokes need grey ones"
    unit = contrast(evidence)
    if unit == 0:
        return grey, FLAT
    ground = np.median(evidence.over("held_out", lambda images: grey(images).min(axis=(1, 2))))

    def inked(images: Images) -> Array:
        found: Array = (grey(images) - ground) / unit
        return found

    bright = float(evidence.over("held_out", lambda images: (inked(images) > FAINT).mean(axis=(1, 2))).mean())
    if bright >= EMPTY:
        return inked, f"{bright:.0%} of the real pixels are bright; strokes need a mostly dark background"
    return inked, ""


def _described(inked: Array) -> Array:
    numbers = describe(inked)
    return np.concatenate([numbers, comparable(inked, numbers)], axis=1)


@hookimpl
def bench_metrics() -> list[type[Metric]]:
    """Register the stroke measures."""
    return [Strokes]
