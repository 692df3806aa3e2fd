"""Rényi kernel entropy: the number of modes of the synthetic images, compared with held-out images."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from benchmark.api import Array, Context, Evidence, Measure, Metric, Score, hookimpl
from metrics._blocks import over_rows, spread
from metrics._scores import DRAWS, not_judged

COMPARED = 2000  # images between which the median distance is taken
WIDTH = 0.5  # of the kernel, as a share of the median distance between held-out images


class Rke(Metric):
    """Mode count by Rényi kernel entropy (RKE-MC) of synthetic S, relative to that of held-out H.

    Formula: 1 / mean of k(x, y)^2 over all pairs of a set, each image paired with itself too, where
    k(x, y) = exp(-|x - y|^2 / (2 w^2)): the exponential of the Rényi entropy of order 2 of the kernel matrix. For modes
    that are far apart and equally frequent it is their number. The width w determines the value; here it is half the
    median distance between the images of H, for both sets. Draws resample the contribution of each image, the mean of
    its row, with fixed kernel values; each image is part of a pair twice, so deviations count double.

    Shapes: features (n, d) of both. Space: the one set by `--features`. Range and direction: above 0, higher is better,
    1 for real images; values above 1 are no better.
    Source: Jalali, Li, Farnia: An information-theoretic evaluation of generative models in learning multi-modal
    distributions, 2023, eq. 5 (the width is ours: theirs is chosen by hand for each dataset).
    Failing control: repeat. Blind to copies and to realism. Cost: .02 s at n = 500. Smallest n: 50.
    """

    name = "rke"
    default = False
    source = "Jalali, Li and Farnia 2023, eq. 5"
    measures = (
        Measure(
            "rke_ratio",
            "higher",
            "number of modes of the synthetic images by Rényi kernel entropy, relative to held-out images",
            aspect="varied",
            failing="repeat",
            bounds=(0, None),
            space="features",
            smallest_n=50,
        ),
    )

    def score(self, evidence: Evidence, ctx: Context) -> Mapping[str, Score]:
        """Divide the mode count of the synthetic images by that of the held-out images."""
        made, real = (evidence.features(role) for role in ("synthetic", "held_out"))
        usual = median_squared_distance(real)
        if not usual > 0:
            return not_judged(self.measures, "the distances of held-out images are 0, so the kernel has no width")
        width = WIDTH * float(np.sqrt(usual))
        rows = similarities(made, width), similarities(real, width)
        doubled = [2 * row - row.mean() for row in rows]
        least = [1 / len(row) for row in rows]  # an image is similar to itself
        return {
            "rke_ratio": Score.of_means(
                lambda s, h: np.maximum(h, least[1]) / np.maximum(s, least[0]), *doubled, rng=ctx.rng, draws=DRAWS
            )
        }


def similarities(features: Array, width: float) -> Array:
    """Return the mean of k(x, y)^2 over y for each row of features (n, d), float64 (n,)."""
    return over_rows(features, features, lambda squared: np.exp(-squared / width**2).mean(axis=1))


def median_squared_distance(features: Array) -> float:
    """Return the median over all pairs of rows (n, d), at most COMPARED of them; 0 if there are none."""
    from scipy.spatial.distance import pdist

    some = features[spread(len(features), COMPARED)]
    return float(np.median(pdist(some, "sqeuclidean"))) if len(some) > 1 else 0.0


@hookimpl
def bench_metrics() -> list[type[Metric]]:
    """Register Rényi kernel entropy."""
    return [Rke]
