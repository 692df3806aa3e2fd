"""Worth: how many real images would help as much as the synthetic images do?"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from benchmark.api import Array, Context, Evidence, Labels, Measure, Metric, Score, Task, hookimpl
from metrics._classifier import answers, f1, fit_and_predict
from metrics._minority import ADDED, training_set, unfit, untested
from metrics._scores import not_judged

SHARES = (0.0, 0.125, 0.25, 0.5, 0.75, 1.0)  # of 2n extra real images: where the learning curve is measured
REPEATS = 3  # draws of the extra images at each of these points


class Worth(Metric):
    """The gain of `utility_gain`, expressed in real images: '100 affine images are worth 41 real ones'.

    As in `utility_gain`, the first 2n synthetic images are added to the n training images of class c. The resulting F1
    of c is looked up on the learning curve of real images: the F1 if j of 2n extra real (held-out) images are added,
    and all n + j are repeated in turn until the class has 3n. Formula: the j at which the curve reaches the F1. The
    curve is the mean of three draws at six values of j, made increasing by isotonic regression, and interpolated
    linearly.

    Shapes: features (3n, d) of each class, (m, d) of the test split. Space: the one set by `--features`.
    Range [0, 2n], unit: images, higher is better; 0 if the images add nothing or hurt, 2n if the F1 reaches the end of
    the curve; a note reports either case. Interval: over the test images; the curve is treated as known.
    Classifier: SVC, Gaussian kernel, C = 10.
    Source: this suite's own definition. Controls: real (about 2n) and copy (about 0, like anything that adds nothing).
    Cost: 19 fits of .5 s at n = 50 with 10 classes and 10,000 test images. Smallest n: 30 synthetic images, at least
    2n. Skipped with more than 200 training images.
    """

    name = "worth"
    default = False
    controls = ("real", "copy")
    source = "own definition"
    measures = (
        Measure(
            "worth_in_real_images",
            "higher",
            "number of extra real images that would raise the F1 of the class as much",
            aspect="useful",
            space="features",
            unit="images",
            bounds=(0.0, None),
            smallest_n=30,
        ),
    )

    def skip(self, task: Task) -> str | None:
        """Return why no gain is possible, or none can be measured, with these sizes; else None."""
        return unfit(task)

    def score(self, evidence: Evidence, ctx: Context) -> Mapping[str, Score]:
        """Measure the F1 with the synthetic images, and look it up on the learning curve of real images."""
        true = evidence.test_labels == evidence.task.label
        if not true.any():
            return not_judged(self.measures, "the test split has no images of the class")
        made = evidence.features("synthetic")[: ADDED * len(untested(evidence))]
        counts, draws = answers(_said(evidence, made), true, ctx.rng)
        at, curve = _learning_curve(evidence, true, ctx.rng)
        reached = float(f1(counts)[0])
        note = ""
        if reached <= curve[0]:
            note = "the images add nothing" if reached == curve[0] else "the images hurt: F1 is lower than without them"
        elif reached >= curve[-1]:
            note = f"at least {at[-1]:.0f}, where the learning curve of real images ends"
        value, spread = (np.interp(found, curve, at) for found in (reached, f1(draws)))
        return {"worth_in_real_images": Score(float(value), np.asarray(spread), note=note)}


def _learning_curve(evidence: Evidence, true: Array, rng: np.random.Generator) -> tuple[Array, Array]:
    """Return numbers of extra real images (m,) and the F1 at each (m,), in increasing order."""
    from sklearn.isotonic import IsotonicRegression

    train, spare = untested(evidence), evidence.features("held_out")
    n = len(train)
    at = np.unique(np.round(np.array(SHARES) * ADDED * n).astype(int))
    found = np.zeros(len(at))
    for _ in range(REPEATS):
        extra = spare[rng.permutation(len(spare))]
        for i, j in enumerate(at):
            own = np.concatenate([train, extra[:j]])
            added = np.concatenate([extra[:j], own[np.arange(ADDED * n - j) % len(own)]])
            said = _said(evidence, added)
            found[i] += float(f1(answers(said, true, rng)[0])[0]) / REPEATS
    rising = IsotonicRegression().fit_transform(at, found)
    return at.astype(float), rising + 1e-9 * np.arange(len(at))


def _said(evidence: Evidence, added: Array) -> Labels:
    """Return which test images (m,) a classifier assigns to the class if the features `added` (2n, d) are added."""
    features, labels, real = training_set(evidence, added)
    said: Labels = fit_and_predict(features, labels, evidence.features("test"), real) == evidence.task.label
    return said


@hookimpl
def bench_metrics() -> list[type[Metric]]:
    """Register the worth in real images."""
    return [Worth]
