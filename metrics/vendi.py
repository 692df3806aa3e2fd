"""Vendi score: how many different images are there in effect, against held-out ones?"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from benchmark.api import Array, Context, Evidence, Measure, Metric, Score, hookimpl
from metrics._scores import DRAWS


class Vendi(Metric):
    """Vendi score of synthetic S over that of as many held-out H: the effective number of different images.

    Formula: exp(-sum of e log e) over the eigenvalues e of K / n, with K the cosine similarities of the features of
    a set: 1 where all point one way, n where all are at right angles, at most the number of features. It has no
    parameter, unlike a Gaussian kernel, whose width decides the value.
    With the features x scaled to length 1, K / n has the eigenvalues of R = sum of x x' / n, and the exponent is
    the mean of -x' log(R) x over images: the draws resample these, R kept.

    Shapes: features (n, d) of both. Space: what `--features` names. Range and direction: above 0, higher is better, 1
    is that of real images; above 1 nothing is gained. Source: Friedman, Dieng: The Vendi score, 2023, definition 3.1.
    Failing control: repeat (.05, not 0). Blind to copies drawn without replacement, and to what is real: affine images
    have 1.29, the wrong digit 1.07; noise .50. Cost: .02 s at n = 500. Smallest n: 100.
    """

    name = "vendi"
    default = False
    source = "Friedman and Dieng 2023, definition 3.1"
    measures = (
        Measure(
            "vendi_ratio",
            "higher",
            "effective number of different synthetic images, over that of held-out ones",
            aspect="varied",
            failing="repeat",
            bounds=(0, None),
            space="features",
            smallest_n=100,
        ),
    )

    def score(self, evidence: Evidence, ctx: Context) -> Mapping[str, Score]:
        """Divide the scores of both sets."""
        made, real = entropies(evidence.features("synthetic")), entropies(evidence.features("held_out"))
        return {"vendi_ratio": Score.of_means(lambda a, b: np.exp(a - b), made, real, rng=ctx.rng, draws=DRAWS)}


def entropies(features: Array) -> Array:
    """Return what each row (n, d) contributes to the logarithm of the Vendi score, float64 (n,); their mean is it."""
    rows = features.astype(np.float64)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    rows /= np.where(lengths > 0, lengths, 1)
    left, singular, _ = np.linalg.svd(rows, full_matrices=False)
    eigenvalues = singular**2 / len(rows)
    logarithms = np.log(eigenvalues, out=np.zeros_like(eigenvalues), where=eigenvalues > 0)
    return np.asarray(-((left * singular) ** 2) @ logarithms)


@hookimpl
def bench_metrics() -> list[type[Metric]]:
    """Bring the Vendi score."""
    return [Vendi]
