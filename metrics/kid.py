"""KID: do the features agree in all moments up to the third order? As published, and as other tools give it."""

from __future__ import annotations

from collections.abc import Mapping

from benchmark.api import Context, Evidence, Measure, Metric, Score, hookimpl
from metrics._distances import kid
from metrics._scores import not_judged


class Kid(Metric):
    """Kernel inception distance: the unbiased squared maximum mean discrepancy with a cubic kernel, on raw features.

    Formula: mean over 100 pairs of subsets of 1,000 synthetic and 1,000 held-out images of: mean of k(s, s') over pairs
    s != s' + mean of k(h, h') over pairs h != h' - 2 mean of k(s, h), with k(x, y) = (x.y / d + 1)^3 and d the number
    of features. With fewer images, a subset is all of the smaller set. The subsets are those of torch-fidelity, so that
    the values agree. Unlike `kernel_distance`, features are not standardised: a few large ones may dominate.

    Shapes: features (n, d) of both. Space: the one set by `--features`; values in different spaces are not comparable.
    Range: 0 is expected for real images at any n, values below 0 are no better than 0; lower is better.
    Source: Bińkowski et al.: Demystifying MMD GANs, 2018, section 4 (with Inception features).
    Failing control: noise. Blind to copies. No draws: an interval needs three fits. Cost: .05 s at n = 500; 8 s above
    n = 1,000 at 512 features. Smallest n: 100.
    """

    name = "kid"
    default = False
    source = "Bińkowski et al. 2018, section 4"
    measures = (
        Measure(
            "kid",
            "lower",
            "kernel inception distance, unscaled: squared distance between mean embeddings, with a cubic kernel",
            failing="noise",
            bounds=(None, None),
            space="features",
            smallest_n=100,
        ),
    )

    def score(self, evidence: Evidence, ctx: Context) -> Mapping[str, Score]:
        """Compare the features of both sets."""
        if min(len(evidence.held_out), len(evidence.synthetic)) < 2:
            return not_judged(self.measures, "needs at least 2 each of synthetic and held-out images")
        return {"kid": Score(kid(evidence.features("synthetic"), evidence.features("held_out")))}


@hookimpl
def bench_metrics() -> list[type[Metric]]:
    """Register the kernel inception distance."""
    return [Kid]
