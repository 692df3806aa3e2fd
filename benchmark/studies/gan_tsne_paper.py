"""An MLP GAN on MNIST, judged by t-SNE: what a paper reads from its figures, next to real against real."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmark.api import (
    NEAR_REAL,
    Array,
    CannotTell,
    Claim,
    Estimate,
    Findings,
    Images,
    Study,
    StudyFigure,
    Verdict,
    confirmed,
    hookimpl,
)
from benchmark.studies import _plots
from benchmark.studies._measured import difference, over_fits

FIVE, POOLED, STAGES = "five", "pooled", "stages"
GAN = "gan[preset=paper]"
STEPS = (1, 300, 600, 1200, 2400)
QUICK_STEPS = (1, 200)  # with --quick
HALF = 0.5  # closer to real against real (1) than to another digit (0)
OVERLAP = "tsne_overlap_{}d"
SMALL = {"n_real": 500, "n_synthetic": 150, "seeds": 1}
EQUILIBRIUM = math.log(2)
ALL = 10_000  # images on the map of MNIST; all 70,000 with --full


def _gan(found: Findings) -> str:
    return _at(QUICK_STEPS[-1]) if found.reduced else GAN


def _nested(dimensions: int) -> Callable[[Findings], Verdict]:
    def judge(found: Findings) -> Verdict:
        score = found.calibrated(FIVE, _gan(found), OVERLAP.format(dimensions))
        raw, real = (found.mean(FIVE, config, OVERLAP.format(dimensions)) for config in (_gan(found), "real"))
        return confirmed((score.lo or 0) >= HALF, f"calibrated {score}; overlap {raw}, real against real {real}")

    return judge


def _pooled(dimensions: int) -> Callable[[Findings], Verdict]:
    def judge(found: Findings) -> Verdict:
        made, real = (found.mean(POOLED, config, OVERLAP.format(dimensions)) for config in (_gan(found), "real"))
        share = made.value / real.value
        return confirmed(share >= NEAR_REAL, f"overlap {made}, real against real {real}; ratio {share:.2f}")

    return judge


def _represent(found: Findings) -> Verdict:
    scores = {name: found.aspect(FIVE, _gan(found), name) for name in ("realistic", "varied", "useful")}
    holds = all((score.lo or 0) >= NEAR_REAL for score in scores.values())
    return confirmed(holds, ", ".join(f"{name} {score}" for name, score in scores.items()))


def _misleads(found: Findings) -> Verdict:
    flat, solid = (_over_real(found, OVERLAP.format(d)) for d in (2, 3))
    gap = over_fits([flat[fit] - solid[fit] for fit in sorted(flat)])
    means = [float(np.mean(list(side.values()))) for side in (flat, solid)]
    return confirmed(
        (gap.lo or 0) > 0, f"overlap relative to real: 2D {means[0]:.2f}, 3D {means[1]:.2f}; difference {gap}"
    )


def _over_real(found: Findings, measure: str) -> dict[tuple[int, int], float]:
    made, real = found.fits(FIVE, _gan(found), measure), found.fits(FIVE, "real", measure)
    return {fit: made[fit] / real[fit] for fit in made if fit in real}


def _rises(found: Findings) -> Verdict:
    steps = QUICK_STEPS if found.reduced else STEPS[:-1]
    configs = [_at(step) for step in steps]
    means = [found.mean(STAGES, config, "mixing") for config in configs]
    last = found.mean(FIVE, _gan(found), "mixing")
    gain = difference(found, STAGES, (configs[-1], "mixing"), (configs[len(configs) // 2 - 1], "mixing"))
    steadily = all(a.value <= b.value + 0.01 for a, b in zip(means, [*means[1:], last], strict=True))
    said = ", ".join(f"{step}: {mean.value:.2f}" for step, mean in zip([*steps, "last"], [*means, last], strict=True))
    return confirmed(steadily and (gain.lo or 0) > 0, f"mixing at step {said}; gain over the second half {gain}")


def _at(step: int) -> str:
    return f"gan[preset=paper,steps={step}]"


def _equilibrium(found: Findings) -> Verdict:
    label = found.labels(FIVE)[0]
    tails: dict[str, list[float]] = {"D": [], "G": []}
    for seed in found.seeds(FIVE):
        curves = found.history(FIVE, _gan(found), label, seed)["curves"]
        for name, values in tails.items():
            points = np.asarray(curves[name])
            values.append(float(points[-len(points) // 10 :, 1].mean()))
    means: dict[str, Estimate] = {name: over_fits(values) for name, values in tails.items()}
    holds = all(abs(mean.value - EQUILIBRIUM) <= 0.15 for mean in means.values())
    return confirmed(holds, f"last tenth: D {means['D']}, G {means['G']}; ln 2 = {EQUILIBRIUM:.2f}")


def _evolution(found: Findings) -> Any:
    shots = found.history(FIVE, _gan(found), found.labels(FIVE)[0], found.seeds(FIVE)[0])["snapshots"]
    return _plots.sheets([[(f"step {step:,}", np.asarray(shots[step])) for step in sorted(shots)]], columns=2)


def _losses(found: Findings) -> Any:
    history = found.history(FIVE, _gan(found), found.labels(FIVE)[0], found.seeds(FIVE)[0])
    return _plots.curves(history["curves"], history["unit"], EQUILIBRIUM, "ln 2")


def _all_digits(found: Findings) -> Any:
    (images, labels), (rest, their_labels) = found.split(FIVE, "train"), found.split(FIVE, "test")
    images, labels = np.concatenate([images, rest]), np.concatenate([labels, their_labels])
    if not found.full:
        each = (1000 if found.reduced else ALL) // len(np.unique(labels))
        chosen = np.concatenate([np.flatnonzero(labels == label)[:each] for label in np.unique(labels)])
        images, labels = images[chosen], labels[chosen]
    points = _embedded(found, images)
    return _plots.maps(points[2], points[3], [(str(k), labels == k, _plots.DIGITS[k % 10]) for k in np.unique(labels)])


def _embedded(found: Findings, images: Images) -> dict[int, Array]:
    return dict(found.embed(images, (2, 3)))


def _fives(found: Findings) -> Any:
    real = found.real(FIVE, "train", found.labels(FIVE)[0], found.seeds(FIVE)[0])
    points = _embedded(found, real)
    return _plots.maps(points[2], points[3], [("real", slice(None), _plots.REAL)])


def _fives_and_made(found: Findings) -> Any:
    label, seed = found.labels(FIVE)[0], found.seeds(FIVE)[0]
    return _both(found, found.real(FIVE, "train", label, seed), found.samples(FIVE, _gan(found), label, seed))


def _pooled_map(found: Findings) -> Any:
    label, seed = found.labels(POOLED)[0], found.seeds(POOLED)[0]
    return _both(found, found.real(POOLED, "held_out", label, seed), found.samples(POOLED, _gan(found), label, seed))


def _both(found: Findings, real: Images, made: Images) -> Any:
    if not len(made):
        raise CannotTell("there are no synthetic images")
    points = _embedded(found, np.concatenate([real, made]))
    groups = [("real", slice(0, len(real)), _plots.REAL), ("synthetic", slice(len(real), None), _plots.MADE)]
    return _plots.maps(points[2], points[3], groups)


STUDY = Study(
    name="gan-tsne-paper",
    title="An MLP GAN on MNIST, evaluated by t-SNE",
    source="A paper that judges a GAN's MNIST digits by t-SNE: MLP GAN, z = 100, Adam 2e-4, batch 128, 2,400 epochs",
    about=(
        "The paper counts 2,400 'epochs' and saves images every 50; these counts fit one batch per epoch, so here they "
        "are steps. It gives no layer widths: the preset 'paper' has 256-512-1024 and 512-256. Its figures show one "
        "map each; here, each is compared with real against real, because a map of two sets says nothing on its own. "
        "The map of 4,800 synthetic digits is from one GAN trained on all digits together, without labels."
    ),
    runs={
        FIVE: {
            "generators": GAN,
            "classes": "5",
            "n_real": 3000,
            "n_synthetic": 750,
            "seeds": 3,
            "metrics": "mixing,clipped,texture,tone,strokes,classifier,prdc,diversity,nearest_neighbour,"
            "tsne[images=750]",
        },
        STAGES: {
            "generators": f"gan[preset=paper,steps={','.join(map(str, STEPS[:-1]))}]",
            "classes": "5",
            "n_real": 3000,
            "n_synthetic": 750,
            "seeds": 3,
            "metrics": "mixing,clipped,texture,tone,strokes,classifier",
        },
        POOLED: {
            "generators": GAN,
            "dataset": "mnist-pooled",
            "n_real": 40_000,
            "n_synthetic": 4800,
            "seeds": 1,
            "metrics": "mixing,tsne[images=4800]",
        },
    },
    reduced={
        FIVE: {**SMALL, "generators": "gan[preset=paper,steps=200]"},
        STAGES: {**SMALL, "generators": "gan[preset=paper,steps=1,200]"},
        POOLED: {**SMALL, "generators": "gan[preset=paper,steps=200]"},
    },
    claims=(
        *(
            Claim(
                f"Real and synthetic fives are nested and not far from each other, in {d}D",
                "Figure 7",
                "judged by eye",
                "the overlap of their joint t-SNE is closer to real against real (1) than to another digit (0): "
                "its lower bound is at least .5",
                _nested(d),
            )
            for d in (2, 3)
        ),
        *(
            Claim(
                f"4,800 synthetic digits lie among 4,800 real ones, in {d}D",
                "the last map",
                "judged by eye",
                "the overlap is at least .8 of that of real against real",
                _pooled(d),
            )
            for d in (2, 3)
        ),
        Claim(
            "Real and synthetic fives represent each other very well",
            "Conclusion",
            "a sentence",
            "realistic, varied and useful are all near real: lower bounds of at least .8",
            _represent,
        ),
        Claim(
            "2D may mislead where 3D separates",
            "Discussion of Figures 4 and 5",
            "an argument",
            "the overlap, divided by that of real against real, is lower in 3D than in 2D (interval over fits above 0)",
            _misleads,
        ),
        Claim(
            "Quality rises with training",
            "Figure 2",
            "judged by eye, at steps 1, 300, 600, 1,200 and 2,400",
            "mixing does not fall from stage to stage, and rises from 300 to 1,200 (interval over fits above 0)",
            _rises,
        ),
        Claim(
            "The losses of G and D meet near the equilibrium",
            "Figure 3",
            "curves that meet",
            "in the last tenth of the steps, both mean losses are within .15 of ln 2",
            _equilibrium,
        ),
    ),
    figures=(
        StudyFigure("evolution", "Figure 2: samples during training", "The same latent points each time.", _evolution),
        StudyFigure("losses", "Figure 3: losses", "Means over windows of steps; the dashed line is ln 2.", _losses),
        StudyFigure(
            "mnist", "Figures 4 and 5: t-SNE of MNIST", "1,000 images per digit (all with --full).", _all_digits
        ),
        StudyFigure("fives", "Figure 6: real fives", "The training images of the first seed.", _fives),
        StudyFigure("fives-synthetic", "Figure 7: both", "3,000 real, 750 synthetic fives.", _fives_and_made),
        StudyFigure("pooled", "Synthetic and real digits, 4,800 each", "One GAN on all digits, seed 0.", _pooled_map),
    ),
)


@hookimpl
def bench_studies() -> list[Study]:
    """Register the study."""
    return [STUDY]
