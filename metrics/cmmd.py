"""CMMD: do the features agree, in all moments at once? A maximum mean discrepancy with a Gaussian kernel."""

from __future__ import annotations

from collections.abc import Mapping

from benchmark.api import Context, Evidence, Measure, Metric, Score, hookimpl
from metrics._distances import cmmd
from metrics._scores import not_judged


class Cmmd(Metric):
    """Squared maximum mean discrepancy with a Gaussian kernel of sigma 10, times 1,000.

    Formula: 1,000 (mean of k(s, s') over all pairs of synthetic S + mean of k(h, h') over all pairs of held-out H -
    2 mean of k(s, h)), with k(x, y) = exp(-|x - y|^2 / (2 * 10^2)); pairs of an image with itself count, so the value
    is biased upwards by about 2,000 / n where images are far apart. It was published for CLIP's image embeddings of
    length 1; in other spaces, sigma may be far too small or too large, and only the order means something.

    Shapes: features (n, d) of both. Space: the one set by `--features`. Range: from 0, lower is better.
    Source: Jayasumana et al.: Rethinking FID: towards a better evaluation metric for image generation, 2024, section 4.
    Failing control: noise. Blind to copies. No draws: an interval needs three fits. Cost: .02 s at n = 500; it grows
    with the square of n, in bounded memory. Smallest n: 100.
    """

    name = "cmmd"
    default = False
    source = "Jayasumana et al. 2024, section 4"
    measures = (
        Measure(
            "cmmd",
            "lower",
            "squared distance between mean embeddings with a Gaussian kernel of sigma 10, times 1,000",
            failing="noise",
            bounds=(None, None),
            space="features",
            smallest_n=100,
        ),
    )

    def score(self, evidence: Evidence, ctx: Context) -> Mapping[str, Score]:
        """Compare the features of both sets."""
        if not len(evidence.held_out) or not len(evidence.synthetic):
            return not_judged(self.measures, "needs synthetic and held-out images")
        return {"cmmd": Score(cmmd(evidence.features("synthetic"), evidence.features("held_out")))}


@hookimpl
def bench_metrics() -> list[type[Metric]]:
    """Register the distance."""
    return [Cmmd]
