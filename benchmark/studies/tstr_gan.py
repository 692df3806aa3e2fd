"""A classifier trained only on a GAN's digits: a published accuracy, next to that of real digits."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from benchmark.api import Array, CannotTell, Claim, Context, Findings, Images, Study, Verdict, confirmed, hookimpl

RUN = "digits"
GAN = "gan"
QUICK = "gan[steps=200]"
MARGIN = 0.01  # a published figure counts as reached within one point


def _gan(found: Findings) -> str:
    return QUICK if found.reduced else GAN


def _accuracy(found: Findings, config: str) -> tuple[float, int]:
    """Return a CNN's mean accuracy over seeds on the real test split, and its number of training images per digit."""
    fits = [_one(found, config, seed) for seed in found.seeds(RUN)]
    return float(np.mean([accuracy for accuracy, _ in fits])), fits[0][1]


def _one(found: Findings, config: str, seed: int) -> tuple[float, int]:
    sets: list[Images] = [
        found.real(RUN, "train", label, seed) if config == "real" else found.samples(RUN, config, label, seed)
        for label in found.labels(RUN)
    ]
    each = min(map(len, sets))
    labels = np.repeat(np.array(found.labels(RUN)), each)
    network = found.plugin("features", "cnn")
    network.fit(np.concatenate([images[:each] for images in sets]), labels, Context(np.random.default_rng(seed)))
    test, truth = found.split(RUN, "test")
    chosen = np.isin(truth, labels)
    guessed: Array = network.classifier().predict(network.transform(test[chosen]))
    return float((guessed == truth[chosen]).mean()), each


def _near(published: float, config: str | None = None) -> Callable[[Findings], Verdict]:
    """Judge: the accuracy is at most one point below the published one. config: None is the GAN."""

    def judge(found: Findings) -> Verdict:
        accuracy, each = _accuracy(found, config or _gan(found))
        said = (
            f"{accuracy:.2%} (published {published:.2%}) from {each} images per digit, {len(found.seeds(RUN))} seed(s)"
        )
        return confirmed(accuracy >= published - MARGIN, said)

    return judge


def _svc(found: Findings) -> Verdict:
    try:
        made, real = found.mean(RUN, _gan(found), "tstr_all"), found.mean(RUN, _gan(found), "trtr")
    except CannotTell as error:
        return Verdict("CANNOT TELL", str(error))
    return confirmed(
        made.value >= real.value - 0.02, f"trained on synthetic images {made}, on as many real ones {real}"
    )


STUDY = Study(
    name="tstr-gan",
    title="A GAN's digits in place of real ones",
    source="github.com/gtoubassi/mnist-gan: one GAN per digit, and a CNN trained only on their digits",
    about=(
        "The published networks were trained on all 60,000 images and made as many as were wanted. Here, each GAN is "
        "trained on the 3,000 images of its digit that the protocol leaves for training, and makes 750. As these are "
        "fewer, a figure within one point of the published one counts as reached."
    ),
    runs={
        RUN: {
            "generators": GAN,
            "classes": "all",
            "n_real": 3000,
            "n_synthetic": 750,
            "seeds": 1,
            "metrics": "mixing,clipped,texture,tone,strokes,classifier,prdc,diversity,all_classes",
        }
    },
    reduced={RUN: {"generators": QUICK, "classes": "3,5", "n_real": 300, "n_synthetic": 100, "seeds": 1}},
    claims=(
        Claim(
            "A CNN trained only on the GANs' digits recognises real ones",
            "README of the published code",
            "98.37%",
            "the accuracy on the 10,000 test images is within one point of this, or higher",
            _near(0.9837),
        ),
        Claim(
            "The same CNN trained on real digits",
            "README of the published code",
            "99.34%",
            "the accuracy on the 10,000 test images is within one point of this, or higher",
            _near(0.9934, "real"),
        ),
        Claim(
            "Synthetic digits stand in for real ones",
            "the same comparison, with another classifier",
            "98.37% against 99.34%",
            "an SVC loses at most two points when trained on synthetic images in place of as many real ones",
            _svc,
        ),
    ),
)


@hookimpl
def bench_studies() -> list[Study]:
    """Register the study."""
    return [STUDY]
