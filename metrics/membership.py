"""Membership: do synthetic images give away which images the generator was trained on?"""

from __future__ import annotations

from collections.abc import Mapping

from benchmark.api import Context, Evidence, Measure, Metric, Score, hookimpl
from metrics._ranks import above
from metrics._scores import not_judged


class Membership(Metric):
    """How well the distance to the nearest synthetic image tells training images T from held-out ones H.

    Formula: AUC = P(d(h, S) > d(t, S)) over all pairs of t in T and h in H, ties one half, with d the distance to the
    nearest image of S: an attacker who has S alone names as members the images that lie nearest to it. 1/2: nothing
    leaks; 1: all members are named. `copy_rank` asks which of S are copies, this asks which of T leaked.

    Always all of T: with many training images each synthetic image can give away one, so the value falls with their
    number, and runs of different n_real are not compared (copies: .97 at 50 training images; weak at 3,000).
    Shapes: pixels (n, d). Range [0, 1], lower is better down to one half.
    Source: Chen, Yu, Zhang, Fritz: GAN-Leaks, 2020, the full black-box attack (without calibration).
    Failing control: copy. Blind to warped copies. Cost: .1 s at n = 500 and 1,000 training images. Smallest n: 15.
    """

    name = "membership"
    source = "Chen et al. 2020, full black-box attack"
    measures = (
        Measure(
            "membership_auc",
            "lower",
            "chance that a training image is nearer to a synthetic one than a held-out is",
            aspect="original",
            failing="copy",
            space="pixels",
        ),
    )

    def score(self, evidence: Evidence, ctx: Context) -> Mapping[str, Score]:
        """Compare the distances of H and of T to the nearest synthetic image."""
        if evidence.itself("held_out") is not None:
            return not_judged(self.measures, "what the generator had seen is not known: say it by --train")
        real = evidence.neighbours("held_out", "synthetic", 1, "pixels").distances[:, 0]
        seen = evidence.neighbours("train", "synthetic", 1, "pixels").distances[:, 0]
        return {"membership_auc": above(real, seen, ctx.rng)}


@hookimpl
def bench_metrics() -> list[type[Metric]]:
    """Bring the membership measure."""
    return [Membership]
