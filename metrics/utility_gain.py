"""Utility gain: do synthetic images help a classifier that has few real ones of the class?"""

from __future__ import annotations

from collections.abc import Mapping

from benchmark.api import Context, Evidence, Measure, Metric, Score, Task, hookimpl
from metrics._classifier import answers, f1, fit_and_predict
from metrics._minority import ADDED, training_set, unfit
from metrics._scores import not_judged


class UtilityGain(Metric):
    """What synthetic S adds to the few real images of a minority class, by the class's F1 on real test images.

    With n training images of class c: each other class has 3n real images (2n held-out, n training), class c its n
    training images and the first 2n of S, so that the classes are balanced after augmenting. A gain is only seen so:
    where the class is no minority, 100 more *real* images of it lower its F1, since they shift the prior.
    Formula: F1 = 2 tp / (2 tp + fp + fn) of c against the rest. Raw, `utility_gain` is this F1; calibrated, it is the
    gain (F1 - F1 dup) / (F1 real - F1 dup). F1 dup is that of the control copy, whose first 2n images are each
    training image exactly twice: it adds nothing. F1 real is that of 2n fresh real images.

    Shapes: features (3n, d) of each class, (m, d) of the test split. Space: what `--features` names.
    Range and direction: raw [0, 1], higher is better; calibrated 1 is the gain of as many real images, 0 none, and it
    keeps its sign: below 0 the images hurt. SMOTE is 0 (it interpolates inside the hull), the wrong class about -3.
    Classifier: SVC, Gaussian kernel, C = 10, gamma 'scale'; a logistic regression is too weak and calls affine images
    harmful. Blind to copies but as 0. Source: this suite's own definition, after the augmentation of a minority class
    in Chawla et al., SMOTE, 2002, section 5.
    Failing control: copy (gain 0); wrong-class must come out below. Of the controls these and real get it.
    Cost: .5 s at n = 50 with 10 classes and 10,000 test images. Smallest n: 30 synthetic images, at least 2n, and
    5 seeds to resolve .13. Skipped with more than 200 training images: `tstr` judges there.
    """

    name = "utility_gain"
    source = "own definition, after Chawla et al. 2002, section 5"
    controls = ("real", "copy", "wrong-class")
    measures = (
        Measure(
            "utility_gain",
            "higher",
            "F1 of the class on real test images, with synthetic images added to scarce ones",
            aspect="useful",
            failing="copy",
            space="features",
            smallest_n=30,
        ),
    )

    def skip(self, task: Task) -> str | None:
        """Return why nothing can be gained, or measured, with these sizes."""
        return unfit(task)

    def score(self, evidence: Evidence, ctx: Context) -> Mapping[str, Score]:
        """Train on the augmented class among the others, and count right and wrong answers on the test split."""
        label = evidence.task.label
        true = evidence.test_labels == label
        if not true.any():
            return not_judged(self.measures, "the test split has no image of the class")
        made = evidence.features("synthetic")[: ADDED * len(evidence.train)]
        features, labels, real = training_set(evidence, made)
        said = fit_and_predict(features, labels, evidence.features("test"), real) == label
        counts, draws = answers(said, true, ctx.rng)
        return {"utility_gain": Score(float(f1(counts)[0]), f1(draws))}


@hookimpl
def bench_metrics() -> list[type[Metric]]:
    """Bring the utility gain."""
    return [UtilityGain]
