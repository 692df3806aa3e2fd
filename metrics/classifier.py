"""Classifier: are synthetic images recognised, and does a classifier trained on them recognise real ones?"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from benchmark.api import Array, Context, Evidence, Labels, Measure, Metric, Score, hookimpl
from metrics._blocks import spread
from metrics._classifier import TRAINED, answers, f1, fit_and_predict
from metrics._scores import mean, not_judged

TSTR_CONTROLS = ("real", "wrong-class")


class Classifier(Metric):
    """Classifier accuracy per class, with synthetic images as the test set and as the training set.

    `class_accuracy`: share of the synthetic images S that the reference classifier (fitted on the neutral images of all
    classes) assigns to the class. The mean image scores 1.0, so it is never used alone. Failing control: wrong-class.
    `tstr` (train on synthetic, test on real), by replacement: the training set has n real (held-out) images of every
    other class, and S in place of class c. It is the F1 of c against the rest, 2 tp / (2 tp + fp + fn), on the real
    test images of all classes; `tstr_recall`, tp / (tp + fn), and `tstr_precision`, tp / (tp + fp), go with it.
    Overall accuracy would hide the class: without any image of c it is still .875. An absent class scores exactly 0;
    fresh real images are 1 on the calibrated scale. Blind to copies.
    Per image: `class_probability`, the probability that the reference classifier gives to the class (see
    `benchmark/evidence/probability.py`).

    Shapes: features (n, d) of S and of each other class, (m, d) of the test split. Space: the one set by `--features`.
    Range [0, 1], higher is better. Classifier: SVC, Gaussian kernel, C = 10, gamma 'scale'.
    Source: Esteban, Hyland, Rätsch: Real-valued medical time series generation, 2017, section 4.2 (TSTR), per class by
    replacement; Ravuri, Vinyals: Classification accuracy score, 2019.
    At most 1,000 images per class train the classifier, evenly spread, as its cost grows faster than their number.
    Cost: .1 s for `class_accuracy`; .5 s for `tstr` at n = 500 with 10 classes and 10,000 test images, so of the
    controls only real and wrong-class get it. Smallest n: 30.
    """

    name = "classifier"
    source = "Esteban et al. 2017, section 4.2; Ravuri and Vinyals 2019"
    measures = (
        Measure(
            "class_accuracy",
            "higher",
            "share of synthetic images that a classifier fitted on real images assigns to the class",
            aspect="realistic",
            failing="wrong-class",
            space="features",
            reference=True,
            smallest_n=30,
        ),
        Measure(
            "tstr",
            "higher",
            "F1 of the class on real test images, for a classifier trained on synthetic images in place of real ones",
            aspect="useful",
            zero=0.0,
            space="features",
            smallest_n=30,
            controls=TSTR_CONTROLS,
        ),
        Measure(
            "tstr_recall",
            "none",
            "share of the class's real test images that are recognised (a wrong class may reach .9)",
            aspect="useful",
            space="features",
            smallest_n=30,
            controls=TSTR_CONTROLS,
        ),
        Measure(
            "tstr_precision",
            "none",
            "share of the test images assigned to the class that belong to it",
            aspect="useful",
            space="features",
            smallest_n=30,
            controls=TSTR_CONTROLS,
        ),
    )

    def score(self, evidence: Evidence, ctx: Context) -> Mapping[str, Score]:
        """Score `class_accuracy`, and the other measures that are due."""
        recognised = evidence.classify("synthetic") == evidence.task.label
        scores = {"class_accuracy": mean(recognised, ctx.rng)}
        probability = evidence.probability("synthetic")
        if probability is not None:
            ctx.per_image("class_probability", probability)
        replaced = [measure for measure in self.due(evidence.control) if measure.name.startswith("tstr")]
        if not replaced:
            return scores
        if not evidence.others:
            return {**scores, **not_judged(replaced, "needs at least 2 classes; the dataset has only one")}
        return {**scores, **_tstr(evidence, ctx.rng)}


def _tstr(evidence: Evidence, rng: np.random.Generator) -> dict[str, Score]:
    label = evidence.task.label
    sets = {label: evidence.features("synthetic"), **{c: evidence.features(x) for c, x in evidence.others.items()}}
    sets = {c: found[spread(len(found), TRAINED)] for c, found in sets.items()}
    labels: Labels = np.repeat(list(sets), [len(x) for x in sets.values()])
    predicted = fit_and_predict(np.concatenate(list(sets.values())), labels, evidence.features("test"), labels != label)
    said, true = predicted == label, evidence.test_labels == label
    if not true.any():
        return not_judged(Classifier.measures[1:], "the test split has no images of the class")
    counts, draws = answers(said, true, rng)
    return {
        name: Score(float(rule(counts)[0]), rule(draws))
        for name, rule in (("tstr", f1), ("tstr_recall", _recall), ("tstr_precision", _precision))
    }


def _recall(counts: Array) -> Array:
    tp, _, fn, _ = counts.T
    return np.asarray(tp / np.maximum(tp + fn, 1))


def _precision(counts: Array) -> Array:
    tp, fp, _, _ = counts.T
    return np.asarray(tp / np.maximum(tp + fp, 1))


@hookimpl
def bench_metrics() -> list[type[Metric]]:
    """Register the classifier metric."""
    return [Classifier]
