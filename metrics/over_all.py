"""Over all: the values that other tools give, of all chosen classes as one set."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from benchmark.api import Context, GroupEvidence, Measure, Metric, Score, hookimpl
from metrics._distances import FEWEST, cmmd, distance, fd_infinity, kid

VALUES = {
    "fid_all": "Fréchet distance (`frechet`)",
    "kid_all": "kernel inception distance (`kid`)",
    "cmmd_all": "maximum mean discrepancy with a Gaussian kernel (`cmmd`)",
    "fd_infinity_all": "Fréchet distance for any number of synthetic images (`fd_infinity`)",
}


class OverAll(Metric):
    """Distances between the synthetic and the held-out images of all chosen classes together, as other tools give them.

    `fid_all`, `kid_all`, `cmmd_all`, `fd_infinity_all`: those of `frechet`, `kid`, `cmmd` and `fd_infinity`, where the
    formulas are, on the images of all classes in the order of their labels. Not the mean over classes: images of one
    class in the place of another make no difference here.

    Shapes: features (k * n, d) of k classes. Space: the one set by `--features`. Range: lower is better.
    Source: Heusel et al. 2017; Bińkowski et al. 2018; Jayasumana et al. 2024; Chong, Forsyth 2020.
    Scope: all chosen classes of one configuration and seed; at least two. Failing control: noise. Blind to copies, and
    to classes that are exchanged. Cost: 1 s with 10 classes at n = 500 and 50 features. Smallest n: 30 per class.
    """

    name = "over_all"
    scope = "generator"
    default = False
    controls = ("real", "noise")
    source = "Heusel et al. 2017; Bińkowski et al. 2018; Jayasumana et al. 2024; Chong, Forsyth 2020"
    measures = tuple(
        Measure(
            name, "lower", f"{what}, all classes as one set", failing="noise", bounds=(None, None), space="features",
            smallest_n=30,
        )
        for name, what in VALUES.items()
    )  # fmt: skip

    def score(self, evidence: GroupEvidence, ctx: Context) -> Mapping[str, Score]:
        """Compare the features of both sets."""
        made, real = (
            np.concatenate([evidence.features(images[label]) for label in evidence.labels])
            for images in (evidence.synthetic, evidence.held_out)
        )
        enough = len(made) >= FEWEST
        return {
            "fid_all": Score(distance(made, real)),
            "kid_all": Score(kid(made, real)),
            "cmmd_all": Score(cmmd(made, real)),
            "fd_infinity_all": Score(fd_infinity(made, real, ctx.rng))
            if enough
            else Score(None, reason=f"needs at least {FEWEST} synthetic images"),
        }


@hookimpl
def bench_metrics() -> list[type[Metric]]:
    """Register the values over all classes."""
    return [OverAll]
