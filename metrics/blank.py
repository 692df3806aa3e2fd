"""Blank: images with nothing on them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from benchmark.api import Array, Context, Evidence, Images, Measure, Metric, Score, hookimpl
from metrics._scores import mean, not_judged

FLAT = 0.1  # an image with less than this share of the usual contrast is blank


class Blank(Metric):
    """Share of synthetic images that are blank, whatever their brightness.

    Formula: the contrast of an image is the standard deviation of its pixels, as the mean over channels. `blank_share`
    is the share of synthetic images whose contrast is below a tenth of the median contrast of the held-out images.

    Shapes: images (n, h, w, c) of both. Range [0, 1], lower is better; real images: 0. Source: this suite's own
    definition. No control anchors it: none of them is blank. It is counted as a fault (`benchmark/judging/faults.py`).
    Blind to everything else; noise has contrast. Cost: milliseconds. Smallest n: 15. Not judged if the median held-out
    image is blank itself. Per image: `blank`.
    """

    name = "blank"
    measures = (
        Measure("blank_share", "lower", "share of synthetic images that are blank", aspect="realistic", space="pixels"),
    )

    def score(self, evidence: Evidence, ctx: Context) -> Mapping[str, Score]:
        """Compare the contrast of synthetic images with that of held-out images."""
        usual = float(np.median(evidence.over("held_out", _contrast)))
        if usual == 0:
            return not_judged(self.measures, "the held-out images are blank")
        blank = evidence.over("synthetic", _contrast) < FLAT * usual
        ctx.per_image("blank", blank)
        return {"blank_share": mean(blank, ctx.rng)}


def _contrast(images: Images) -> Array:
    """Return the contrast of each image, float64 (n,)."""
    return np.asarray(images.std(axis=(1, 2), dtype=np.float64).mean(axis=-1))


@hookimpl
def bench_metrics() -> list[type[Metric]]:
    """Register the share of blank images."""
    return [Blank]
