"""Membership: do synthetic images give away which images the generator was trained on?"""

from __future__ import annotations

from collections.abc import Mapping

from benchmark.api import Context, Evidence, Measure, Metric, Score, hookimpl
from metrics._ranks import above
from metrics._scores import NOT_GIVEN, not_judged


class Membership(Metric):
    """How well the distance to the nearest synthetic image separates training images from held-out images.

    Formula: AUC = P(d(h, S) > d(t, S)) over all pairs of t in the training images T and h in the held-out images H,
    ties counting half, where d is the distance to the nearest synthetic image in S. An attacker who has only S guesses
    that the images nearest to it are members of the training set. 1/2: nothing leaks; 1: every member is identified.
    `copy_rank` asks which images of S are copies; this metric asks which images of T leaked.

    Always uses all of T. Each synthetic image can give away only one training image, so the value falls with n_real,
    and runs with different n_real are not comparable (copies: .97 at 50 training images; weak at 3,000).
    Shapes: pixels (n, d). Range [0, 1], lower is better down to 1/2.
    Source: Chen, Yu, Zhang, Fritz: GAN-Leaks, 2020, the full black-box attack (without calibration).
    Failing control: copy. Blind to copies in disguise. Cost: .1 s at n = 500 and 1,000 training images. Smallest n: 15.
    """

    name = "membership"
    source = "Chen et al. 2020, full black-box attack"
    measures = (
        Measure(
            "membership_auc",
            "lower",
            "probability that a training image is nearer to the synthetic images than a held-out image is",
            aspect="original",
            failing="copy",
            space="pixels",
        ),
    )

    def score(self, evidence: Evidence, ctx: Context) -> Mapping[str, Score]:
        """Compare the distances from H and from T to the nearest synthetic image."""
        if evidence.itself("held_out") is not None:
            return not_judged(self.measures, NOT_GIVEN)
        real = evidence.neighbours("held_out", "synthetic", 1, "pixels").distances[:, 0]
        seen = evidence.neighbours("train", "synthetic", 1, "pixels").distances[:, 0]
        return {"membership_auc": above(real, seen, ctx.rng)}


@hookimpl
def bench_metrics() -> list[type[Metric]]:
    """Register the membership measure."""
    return [Membership]
