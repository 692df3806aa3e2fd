"""All classes together: can synthetic images of every class replace a whole training set?"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from benchmark.api import Array, Context, GroupEvidence, Images, Labels, Measure, Metric, Score, hookimpl
from metrics._blocks import spread
from metrics._classifier import TRAINED, fit_and_predict, narrowed
from metrics._scores import mean

CONTROLS = ("real", "wrong-class")


class AllClasses(Metric):
    """Accuracy, over all chosen classes, of a classifier that is trained or tested on synthetic images.

    With n synthetic images S and n held-out real images H of each of the k chosen classes:
    `tstr_all` (train on synthetic, test on real): trained on all S, accuracy on the real test images of these classes.
    `trts` (train on real, test on synthetic): trained on all H, accuracy on all S. Easy images raise it, so it is never
    used alone. `trtr`: trained on all H, accuracy on the real test images; the baseline for the other two.

    Shapes: features (k * n, d) of S and of H, (m, d) of the test images. Space: the one set by `--features`; pixels are
    reduced to 50 principal components of H. Range [0, 1], higher is better. Failing control: wrong-class, which gives
    each class the images of the next one. Classifier: SVC, Gaussian kernel, C = 10, gamma 'scale'.
    Source: Esteban, Hyland, Rätsch: Real-valued medical time series generation, 2017, section 4.2.
    Scope: all chosen classes of one configuration and seed; at least two. Blind to copies, and to one bad class among
    many: `tstr` shows which. Cost: 2 s with 10 classes at n = 500. Smallest n: 30.
    """

    name = "all_classes"
    scope = "generator"
    default = False
    controls = CONTROLS
    source = "Esteban et al. 2017, section 4.2"
    measures = (
        Measure(
            "tstr_all",
            "higher",
            "accuracy on real test images of a classifier trained on synthetic images of all chosen classes",
            aspect="useful",
            failing="wrong-class",
            space="features",
            smallest_n=30,
        ),
        Measure(
            "trts",
            "higher",
            "accuracy on synthetic images of a classifier trained on real images of all chosen classes",
            aspect="useful",
            failing="wrong-class",
            space="features",
            smallest_n=30,
        ),
        Measure(
            "trtr",
            "none",
            "accuracy on real test images of a classifier trained on real images of all chosen classes",
            aspect="useful",
            space="features",
            smallest_n=30,
        ),
    )

    def score(self, evidence: GroupEvidence, ctx: Context) -> Mapping[str, Score]:
        """Train on synthetic and on real images, and test on the others."""
        synthetic, labels = _together(evidence, evidence.synthetic)
        real, own = _together(evidence, evidence.held_out)
        synthetic, real, test = narrowed(real, synthetic, real, evidence.features(evidence.test))
        truth, everything = evidence.test_labels, np.ones(len(own), dtype=bool)
        return {
            "tstr_all": mean(fit_and_predict(synthetic, labels, test, everything) == truth, ctx.rng),
            "trts": mean(fit_and_predict(real, own, synthetic, everything) == labels, ctx.rng),
            "trtr": mean(fit_and_predict(real, own, test, everything) == truth, ctx.rng),
        }


def _together(evidence: GroupEvidence, images: Mapping[int, Images]) -> tuple[Array, Labels]:
    """Return the features of all classes (k * n, d), at most 1,000 images of each, and their labels (k * n,)."""
    found = [evidence.features(images[label]) for label in evidence.labels]
    found = [features[spread(len(features), TRAINED)] for features in found]
    return np.concatenate(found), np.repeat(evidence.labels, [len(features) for features in found])


@hookimpl
def bench_metrics() -> list[type[Metric]]:
    """Register the measures over all classes."""
    return [AllClasses]
