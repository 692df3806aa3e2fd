"""Tone: is each synthetic image as bright, as dark and as sharp as real ones?"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import numpy as np

from benchmark.api import Array, Context, Evidence, Images, Measure, Metric, Score, hookimpl
from metrics._limits import FLAT, contrast, graded, grey
from metrics._scores import mean, not_judged

RANGE = (0.01, 0.99)
TOLERANCE = 0.25  # this far outside the range, an image counts as 0
TINY = 1e-6  # of the contrast: an image without edges has no sharpness


class Tone(Metric):
    """How well synthetic images keep to the range of brightness and sharpness of held-out images.

    The numbers of an image: its brightest and its darkest pixel, in units of the contrast of the held-out images (the
    median difference between the two), and its sharpness: the log of the summed second differences (4 x minus the four
    neighbours) over the summed differences of neighbouring pixels. Blur lowers the sharpness, whatever the picture
    shows. Formula: a number counts as 1 between the 1% and 99% quantiles of the held-out images, and falls linearly to
    0 at .25 outside them; `tone_plausibility` is the mean over the synthetic images of the smallest of the three.

    The channels are averaged first: grey images in three channels score as in one. Independent of the brightness of the
    dataset. Shapes: images (n, h, w, c) of both, from 3 x 3 pixels. Range [0, 1], higher is better (real images: .99).
    Per image: `tone`, the smallest of the three.
    Source: this suite's own definition. Failing control: none needed, since 0 means that no image is near the range;
    the mean image reads 0 to .05. Noise may read .9: brightness and sharpness alone make no image.
    Blind to copies, to a lack of variety and to what the pictures show. Cost: .02 s at n = 500 and 28 x 28 pixels.
    Smallest n: 100 (below that, the quantiles are the extremes).
    """

    name = "tone"
    source = "own definition"
    measures = (
        Measure(
            "tone_plausibility",
            "higher",
            "how well the brightness and sharpness of synthetic images keep to the range of held-out images",
            aspect="realistic",
            zero=0.0,
            space="pixels",
            smallest_n=100,
        ),
    )

    def score(self, evidence: Evidence, ctx: Context) -> Mapping[str, Score]:
        """Describe both sets, and compare the synthetic images with the range of the held-out images."""
        if min(evidence.task.shape[:2]) < 3:
            return not_judged(self.measures, "needs images of at least 3 x 3 pixels")
        unit = contrast(evidence)
        if unit == 0:
            return not_judged(self.measures, FLAT)
        real, made = (evidence.over(role, partial(_describe, unit=unit)) for role in ("held_out", "synthetic"))
        low, high = np.quantile(real, RANGE, axis=0)
        kept = graded(made, low, high, TOLERANCE)
        ctx.per_image("tone", kept)
        return {"tone_plausibility": mean(kept, ctx.rng)}


def _describe(images: Images, unit: float) -> Array:
    x = grey(images) / unit
    edges = sum(np.abs(np.diff(x, axis=axis)).sum(axis=(1, 2)) for axis in (1, 2))
    around = x[:, :-2, 1:-1] + x[:, 2:, 1:-1] + x[:, 1:-1, :-2] + x[:, 1:-1, 2:]
    bends = np.abs(4 * x[:, 1:-1, 1:-1] - around).sum(axis=(1, 2))
    return np.stack([x.max(axis=(1, 2)), x.min(axis=(1, 2)), np.log((bends + TINY) / (edges + TINY))], axis=1)


@hookimpl
def bench_metrics() -> list[type[Metric]]:
    """Register the range of brightness and sharpness."""
    return [Tone]
