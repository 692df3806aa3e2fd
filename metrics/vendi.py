"""Vendi score: the effective number of different images, compared with held-out images."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from benchmark.api import Array, Context, Evidence, Measure, Metric, Score, hookimpl
from metrics._scores import DRAWS


class Vendi(Metric):
    """Vendi score (effective number of different images) of synthetic S, relative to that of as many held-out H.

    Formula: exp(-sum of e log e) over the eigenvalues e of K / n, where K holds the cosine similarities of the features
    of a set. It is 1 if all point in one direction, n if all are orthogonal, and at most the number of features. It has
    no parameters, unlike a Gaussian kernel, whose width determines the value.
    With the features x scaled to length 1, K / n has the eigenvalues of R = sum of x x' / n, and the exponent is the
    mean of -x' log(R) x over the images; the draws resample these terms and keep R fixed.

    Shapes: features (n, d) of both. Space: the one set by `--features`. Range and direction: above 0, higher is better,
    1 for real images; values above 1 are no better. Source: Friedman, Dieng: The Vendi score, 2023, definition 3.1.
    Failing control: repeat (.05, not 0). Blind to copies drawn without replacement, and to realism: affine images score
    1.29, the wrong digit 1.07, noise .50. Cost: .02 s at n = 500. Smallest n: 100.
    """

    name = "vendi"
    default = False
    source = "Friedman and Dieng 2023, definition 3.1"
    measures = (
        Measure(
            "vendi_ratio",
            "higher",
            "effective number of different synthetic images, relative to that of held-out images",
            aspect="varied",
            failing="repeat",
            bounds=(0, None),
            space="features",
            smallest_n=100,
        ),
    )

    def score(self, evidence: Evidence, ctx: Context) -> Mapping[str, Score]:
        """Divide the Vendi score of the synthetic images by that of the held-out images."""
        made, real = entropies(evidence.features("synthetic")), entropies(evidence.features("held_out"))
        return {"vendi_ratio": Score.of_means(lambda a, b: np.exp(a - b), made, real, rng=ctx.rng, draws=DRAWS)}


def entropies(features: Array) -> Array:
    """Return the contribution of each row (n, d) to the log of the Vendi score, float64 (n,); the log is their mean."""
    rows = features.astype(np.float64)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    rows /= np.where(lengths > 0, lengths, 1)
    left, singular, _ = np.linalg.svd(rows, full_matrices=False)
    eigenvalues = singular**2 / len(rows)
    logarithms = np.log(eigenvalues, out=np.zeros_like(eigenvalues), where=eigenvalues > 0)
    return np.asarray(-((left * singular) ** 2) @ logarithms)


@hookimpl
def bench_metrics() -> list[type[Metric]]:
    """Register the Vendi score."""
    return [Vendi]
