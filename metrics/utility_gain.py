"""Utility gain: do synthetic images help a classifier that has only a few real images of the class?"""

from __future__ import annotations

from collections.abc import Mapping

from benchmark.api import Context, Evidence, Measure, Metric, Score, Task, hookimpl
from metrics._classifier import answers, f1, fit_and_predict
from metrics._minority import ADDED, training_set, unfit, untested
from metrics._scores import not_judged


class UtilityGain(Metric):
    """What synthetic images S add to the few real images of a minority class: the class's F1 on real test images.

    With n training images of class c, each other class has 3n real images (2n held-out, n training), and class c has
    its n training images and the first 2n of S, so the classes are balanced after augmentation. Only this design shows
    a gain: if the class is not a minority, 100 more *real* images of it lower its F1, because they shift the prior.
    Formula: F1 = 2 tp / (2 tp + fp + fn) of c against the rest. The raw value of `utility_gain` is this F1; the
    calibrated value is the gain, (F1 - F1 dup) / (F1 real - F1 dup). F1 dup is that of the control copy, whose first 2n
    images are each training image exactly twice, so it adds nothing. F1 real is that of 2n fresh real images.

    Shapes: features (3n, d) of each class, (m, d) of the test split. Space: the one set by `--features`.
    Range and direction: raw [0, 1], higher is better. Calibrated, 1 is the gain of as many real images and 0 is no
    gain; negative values are kept: the images hurt. SMOTE scores 0 (it interpolates inside the hull), the wrong class
    about -3. Classifier: SVC, Gaussian kernel, C = 10, gamma 'scale'; a logistic regression is too weak, and rates
    affine images as harmful. Copies score 0, like anything that adds nothing. Source: this suite's own definition,
    after the augmentation of a minority class in Chawla et al., SMOTE, 2002, section 5.
    Failing control: copy (gain 0); wrong-class must score below it. Of the controls, only these and real are scored.
    Cost: .5 s at n = 50 with 10 classes and 10,000 test images. Smallest n: 30 synthetic images, at least 2n, and
    5 seeds to resolve .13. Skipped with more than 200 training images: there, `tstr` judges.
    """

    name = "utility_gain"
    source = "own definition, after Chawla et al. 2002, section 5"
    controls = ("real", "copy", "wrong-class")
    measures = (
        Measure(
            "utility_gain",
            "higher",
            "F1 of the class on real test images, with synthetic images added to a few real training images",
            aspect="useful",
            failing="copy",
            space="features",
            smallest_n=30,
        ),
    )

    def skip(self, task: Task) -> str | None:
        """Return why no gain is possible, or none can be measured, with these sizes; else None."""
        return unfit(task)

    def score(self, evidence: Evidence, ctx: Context) -> Mapping[str, Score]:
        """Train with the augmented class, and compute its F1 on the test split."""
        label = evidence.task.label
        true = evidence.test_labels == label
        if not true.any():
            return not_judged(self.measures, "the test split has no images of the class")
        made = evidence.features("synthetic")[: ADDED * len(untested(evidence))]
        features, labels, real = training_set(evidence, made)
        said = fit_and_predict(features, labels, evidence.features("test"), real) == label
        counts, draws = answers(said, true, ctx.rng)
        return {"utility_gain": Score(float(f1(counts)[0]), f1(draws))}


@hookimpl
def bench_metrics() -> list[type[Metric]]:
    """Register the utility gain."""
    return [UtilityGain]
