"""Few-shot: does a classifier learn the class from a few synthetic images?"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from benchmark.api import Array, Context, Evidence, Labels, Measure, Metric, Score, Task, hookimpl
from metrics._classifier import answers, f1, fit_and_predict, narrowed
from metrics._scores import mean, not_judged

FEW, OTHERS = 10, 30  # images per training set: synthetic ones of the class, and real ones of each other class
SETS = 50  # at most so many training sets
TESTED = 100  # at most so many test images per class


class FewShot(Metric):
    """F1 of a class that is learned from ten synthetic images, in place of ten real ones.

    `tstr` trains on hundreds of images, where a classifier no longer notices if some of them are useless: with 20%
    blank images it scores .99 on the calibrated scale, and with half of the images from another class .79. With few
    images each one counts.

    Formula: up to 50 disjoint training sets are drawn, each with 10 synthetic images of class c and 30 real (held-out)
    ones of every other class, together the rest. `few_shot_tstr` is the mean over the sets of the F1 of c against the
    rest, 2 tp / (2 tp + fp + fn), on up to 100 real test images per class. The class is in the minority, so F1 grows
    almost in proportion to the number of useful images.

    Shapes: features (10, d) and (30, d) per set and class, (m, d) of the test split. Space: the one set by
    `--features`. Range [0, 1], higher is better. Classifier: SVC for two classes, Gaussian kernel, C = 10, gamma
    'scale'. Source: this suite's own definition, after Esteban, Hyland, Rätsch 2017, section 4.2 (TSTR).
    Failing control: noise, which in the space of principal components looks like the mean image: F1 is .1 for digits
    and .2 for clothes. Blind to copies, and nearly to noise among real images, for the same reason.
    Cost: .4 s with 10 classes at n = 500. Smallest n: 100, which are 10 sets.
    """

    name = "few_shot"
    source = "own definition, after Esteban et al. 2017, section 4.2"
    controls = ("real", "noise")
    measures = (
        Measure(
            "few_shot_tstr",
            "higher",
            "F1 of the class on real test images, for a classifier trained on ten synthetic images of it",
            aspect="useful",
            failing="noise",
            space="features",
            smallest_n=100,
        ),
    )

    def skip(self, task: Task) -> str | None:
        """Return why nothing can be learned, or None."""
        return "needs at least 2 classes; the dataset has only one" if task.n_classes < 2 else None

    def score(self, evidence: Evidence, ctx: Context) -> Mapping[str, Score]:
        """Train on each set, and compute the F1 of the class on the test images."""
        if evidence.task.label not in evidence.test_labels:
            return not_judged(self.measures, "the test split has no images of the class")
        if evidence.count("synthetic") < FEW:
            return not_judged(self.measures, f"needs at least {FEW} synthetic images")
        tested = _first_of_each(evidence.test_labels)
        true = evidence.test_labels[tested] == evidence.task.label
        real = [evidence.features(images) for images in evidence.others.values()]
        test, made, *others = narrowed(
            np.concatenate(real),
            evidence.features("test")[tested],
            evidence.features("synthetic")[ctx.rng.permutation(evidence.count("synthetic"))],
            *real,
        )
        labels: Labels = np.repeat([1, 0], [FEW, OTHERS * len(others)])
        found = []
        for i in range(min(SETS, len(made) // FEW)):
            features = np.concatenate([_part(made, i, FEW), *(_part(images, i, OTHERS) for images in others)])
            said = fit_and_predict(features, labels, test, labels == 0) == 1
            found.append(float(f1(answers(said, true, ctx.rng)[0])[0]))
        return {"few_shot_tstr": mean(np.array(found), ctx.rng)}


def _part(images: Array, i: int, n: int) -> Array:
    """Return the i-th `n` of the images (m, d), starting over at the end."""
    return np.take(images, np.arange(i * n, (i + 1) * n), axis=0, mode="wrap")


def _first_of_each(labels: Labels) -> Array:
    """Return the positions of the first images of each class, at most TESTED, int64 (m,)."""
    return np.concatenate([np.flatnonzero(labels == c)[:TESTED] for c in np.unique(labels)])


@hookimpl
def bench_metrics() -> list[type[Metric]]:
    """Register the few-shot measure."""
    return [FewShot]
