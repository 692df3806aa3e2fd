"""SMOTE on 50 threes and 50 fives: a report's claims about 15 images of each digit, judged on 500 of the same fit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from benchmark.api import Claim, Estimate, Findings, Study, StudyFigure, Verdict, confirmed, hookimpl, p_text
from benchmark.studies import _plots
from benchmark.studies._measured import difference, share

RUN, SMOTE, LISTING = "images", "smote", "smote[variant=published]"
SHOWN = 15
KEPT, GHOSTS = 0.10, 0.05  # smallest shares that count as 'some'


def _keep_structure(found: Findings) -> Verdict:
    """Judge: a sample keeps the structure if its strokes are in range and a classifier is sure of the digit."""

    def kept(config: str) -> Estimate:
        return share(found, RUN, config, lambda c: c["plausible_strokes"] & (c["class_probability"] > 0.5))

    listing, proper, real = kept(LISTING), kept(SMOTE), kept("real")
    return confirmed(
        (listing.lo or 0) >= KEPT, f"{listing} of the listing's samples, {proper} of SMOTE's, {real} of real images"
    )


def _ghosts(config: str) -> Callable[[Findings], Verdict]:
    def judge(found: Findings) -> Verdict:
        made, real = found.mean(RUN, config, "ghost_strokes"), found.mean(RUN, "real", "ghost_strokes")
        more = difference(found, RUN, (config, "ghost_strokes"), ("real", "ghost_strokes"))
        holds = (more.lo or 0) > 0 and made.value >= GHOSTS
        return confirmed(holds, f"share with too many parts {made}, real images {real}; difference {more}")

    return judge


def _recognised(found: Findings) -> Verdict:
    listing, proper = found.mean(RUN, LISTING, "class_accuracy"), found.mean(RUN, SMOTE, "class_accuracy")
    less = difference(found, RUN, (LISTING, "class_accuracy"), ("real", "class_accuracy"))
    said = f"recognised: listing {listing}, SMOTE {proper}; listing minus real images {less}"
    return confirmed((less.hi or 0) < 0, said)


def _continuity(found: Findings) -> Verdict:
    less = difference(found, RUN, (SMOTE, "stroke_plausibility"), ("real", "stroke_plausibility"))
    made = found.mean(RUN, SMOTE, "stroke_plausibility")
    said = f"plausible strokes: {made} of SMOTE's samples; SMOTE minus real images {less}"
    return confirmed((less.hi or 0) < 0, said)


def _between(config: str) -> Callable[[Findings], Verdict]:
    def judge(found: Findings) -> Verdict:
        made = found.mean(RUN, config, "interpolation_share")
        return confirmed(made.value >= 0.9, f"{made} of the samples lie between two training images")

    return judge


def _better(config: str) -> Callable[[Findings], Verdict]:
    def judge(found: Findings) -> Verdict:
        pair = found.compare(RUN, "realistic", config, SMOTE)
        said = f"realistic {found.aspect(RUN, config, 'realistic')} against {found.aspect(RUN, SMOTE, 'realistic')}; "
        said += f"difference {pair.difference}, {p_text(pair.p)}, {pair.pairs} pairs"
        return Verdict("CANNOT TELL", said) if "few" in pair.word else confirmed(pair.word == ">", said)

    return judge


def _threes_and_fives(found: Findings) -> Any:
    seed = found.seeds(RUN)[0]
    names = {LISTING: "the published listing", SMOTE: "SMOTE proper, the same draw"}
    return _plots.sheets(
        [
            [(f"{title}", found.samples(RUN, config, label, seed)[:SHOWN]) for label in found.labels(RUN)]
            for config, title in names.items()
        ],
        columns=3,
    )


def _slip(found: Findings) -> Any:
    """Draw the listing's samples with the most parts, SMOTE's of the same draw, and the nearest training images."""
    label, seed = found.labels(RUN)[-1], found.seeds(RUN)[0]
    columns = found.per_image(RUN, LISTING, label, seed)
    worst = np.argsort(-columns["components"], kind="stable")[:10]
    train = found.real(RUN, "train", label, seed)
    return _plots.sheets(
        [
            [
                ("the listing's most fragmented", found.samples(RUN, LISTING, label, seed)[worst]),
                ("SMOTE, the same draw", found.samples(RUN, SMOTE, label, seed)[worst]),
                ("nearest training image", train[columns["nearest_train"][worst].astype(int)]),
            ]
        ],
        columns=2,
    )


def _alternatives(found: Findings) -> Any:
    from benchmark.api import CannotTell

    seed, rows = found.seeds(RUN)[0], []
    for config in ("real", SMOTE, "affine", "gan", "vae"):
        try:
            sheets = [(config, found.samples(RUN, config, label, seed)[:SHOWN]) for label in found.labels(RUN)]
        except CannotTell:
            continue  # its package is not installed; the claim reports this
        rows.append(sheets)
    return _plots.sheets([[row[i] for row in rows] for i in range(len(rows[0]))], columns=3)


STUDY = Study(
    name="smote-report",
    title="SMOTE on 50 threes and 50 fives of MNIST",
    source="A report on SMOTE for handwritten digits: 50 images each of 3 and 5, k = 5, 15 synthetic images each",
    about=(
        "The report's figures show 15 images per digit. As 15 images are enough only for the copy measures, its claims "
        "are judged on 500 of the same fit, over five draws of the 50. Its printed listing adds the step between two "
        "neighbours to another image, X[i] + gap (X[nn] - X[j]); it and SMOTE proper are run on the same draw."
    ),
    runs={
        RUN: {
            "generators": f"{SMOTE},{LISTING},affine,gan,vae",
            "classes": "3,5",
            "n_real": 50,
            "n_synthetic": 500,
            "seeds": 5,
            "metrics": "mixing,clipped,texture,tone,strokes,classifier,prdc,diversity,nearest_neighbour,utility_gain",
        }
    },
    reduced={RUN: {"generators": f"{SMOTE},{LISTING},affine", "n_synthetic": 100, "seeds": 2}},
    claims=(
        Claim(
            "Some samples keep the structure of the digit",
            "Figures of 15 samples per digit",
            "judged by eye",
            "at least 10% of the listing's samples (lower bound) have plausible strokes and are taken for the digit",
            _keep_structure,
        ),
        Claim(
            "Others are ghost-like: parts of two digits on top of each other",
            "Figures of 15 samples per digit",
            "judged by eye",
            "at least 5% of the listing's samples have too many separate parts, more than real ones (interval above 0)",
            _ghosts(LISTING),
        ),
        Claim(
            "Samples of SMOTE proper are ghost-like too",
            "not in the report: what its listing should have done",
            "-",
            "as above, for SMOTE as Chawla et al. define it",
            _ghosts(SMOTE),
        ),
        Claim(
            "Samples are blurred until the digit is lost",
            "Figures of 15 samples per digit",
            "judged by eye",
            "the listing's samples are recognised less often than real images (interval of the difference below 0)",
            _recognised,
        ),
        Claim(
            "Interpolation does not preserve the continuity of strokes",
            "Discussion",
            "an argument",
            "a smaller share of SMOTE's samples than of real images has plausible strokes (interval of the difference "
            "below 0)",
            _continuity,
        ),
        Claim(
            "Each sample lies between an image and its neighbour",
            "Method, and the printed listing",
            "by definition",
            "90% of the listing's samples lie on a segment between two training images",
            _between(LISTING),
        ),
        Claim(
            "Each sample of SMOTE proper lies between an image and its neighbour",
            "Method",
            "by definition",
            "90% of SMOTE's samples lie on a segment between two training images",
            _between(SMOTE),
        ),
        *(
            Claim(
                f"{title} may give better images than SMOTE",
                "Outlook",
                "a suggestion",
                "its aspect 'realistic' is higher in the exact paired test (p < .05, Holm)",
                _better(config),
            )
            for config, title in (("affine", "Affine augmentation"), ("gan", "A GAN"), ("vae", "An autoencoder"))
        ),
    ),
    figures=(
        StudyFigure(
            "samples",
            "15 synthetic threes and fives",
            "The first 15 of the first draw, not hand-picked. Top: the listing as printed; bottom: SMOTE proper.",
            _threes_and_fives,
        ),
        StudyFigure(
            "slip",
            "What the mistake causes",
            "The ten of the listing's fives with the most separate parts, SMOTE's images of the same draw, and the "
            "training images nearest to the former. The step from one five to its neighbour is added to a third five; "
            "where the three do not overlap, this leaves fragments of strokes.",
            _slip,
        ),
        StudyFigure(
            "alternatives",
            "The alternatives at 50 images",
            "The first 15 of the first draw of each, not hand-picked.",
            _alternatives,
        ),
    ),
)


@hookimpl
def bench_studies() -> list[Study]:
    """Register the study."""
    return [STUDY]
