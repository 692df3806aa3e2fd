"""The suite checks itself: can the metrics tell apart candidates with known faults on the given data?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from benchmark.audits import candidates
from benchmark.execution import execute
from benchmark.judging.aspects import ASPECTS
from benchmark.judging.calibration import part
from benchmark.plan.choices import make

if TYPE_CHECKING:
    from benchmark.plugins.registry import Registry
    from benchmark.results.results import Results
    from benchmark.settings import Settings

SAME_KIND = {"noise": "noise-again", "copy": "copies-again", "repeat": "repeat-again", "wrong-class": "wrong-digit"}
FAILS, PASSES = 0.05, 0.95  # calibrated scores: at most for what must fail, at least for fresh real images
ENOUGH = 100  # with at least this many synthetic images, controls that do not separate are the metric's fault
LEFT_OUT = ("tsne",)  # only illustrates, and takes 95% of the time

INF = float("inf")
FEW, SLACK = 5, 0.05  # the ranges below hold on average over classes; with fewer than 5, they are wider
ONE_SIDED: Sequence[tuple[str, str, str, float, float]] = (  # claim, candidate, aspect, lowest and highest score
    ("genuine images of a narrow kind are realistic", "narrow", "realistic", 0.9, INF),
    ("they are not varied", "narrow", "varied", -INF, 0.6),
    ("the more typical half is realistic", "typical", "realistic", 0.95, INF),
    ("it is not varied", "typical", "varied", -INF, 0.8),
    ("an extra stroke is seen", "extra-stroke", "realistic", -INF, 0.3),
    ("an extra stroke in 30% is seen", "extra-strokes-30", "realistic", -INF, 0.8),
    ("faint noise is a fault, not noise", "noise-05", "realistic", 0.3, 0.8),
    ("dimmed images have a fault", "dimmed-85", "realistic", 0.3, 0.8),
    ("slightly blurred images have a fault", "blurred-05", "realistic", 0.3, 0.8),
    ("JPEG of quality 75 is a small fault", "jpeg-75", "realistic", 0.7, INF),
    ("JPEG of quality 40 is a fault", "jpeg-40", "realistic", 0.4, INF),
    ("a tenth of the wrong class is missing", "wrong-10", "realistic", 0.8, 0.95),
    ("a fifth of the wrong class is missing", "wrong-20", "realistic", 0.7, 0.87),
    ("half of the wrong class is missing", "wrong-50", "realistic", 0.4, 0.6),
    ("noise is not realistic", "noise-again", "realistic", -INF, 0.05),
    ("the mean image is not realistic", "mean", "realistic", -INF, 0.05),
)


@dataclass(frozen=True)
class Verdict:
    """One claim about the metrics. `word` is PASS, FAIL, or CANNOT JUDGE with the reason in `found`."""

    claim: str
    word: str
    found: str


def run(settings: Settings, registry: Registry) -> Results:
    """Score all candidates as in a normal run."""
    registry.generators.update({c.name: c for c in candidates.CANDIDATES})
    names = [*(c.name for c in candidates.CANDIDATES), *candidates.OTHERS]
    metrics = settings.metrics or ",".join(n for n, m in registry.metrics.items() if m.default and n not in LEFT_OUT)
    return execute(make(replace(settings, generators=",".join(names), metrics=metrics), registry, draws=3))


def verdicts(results: Results) -> list[Verdict]:
    """Return the verdict on each claim."""
    return [*_anchored(results), *_order(results), *_known(results), *_one_sided(results)]


def value(results: Results, config: str, measure: str) -> float | None:
    """Return a measure's raw mean over classes and seeds."""
    return results.overall_measure(config, next(iter(results.plan.sizes)), measure)[0]


def calibrated(results: Results, config: str, measure: str) -> tuple[float | None, str]:
    """Return a measure's calibrated mean over classes and seeds and "", or None and why it is not judged."""
    prior = results.priors[config]
    parts = [
        part(results.table, config, place, measure, results.scales[place][measure], prior) for place in results.places
    ]
    for each in parts:
        if each.score is None:
            return None, each.reason
    return float(np.mean([each.score for each in parts])), ""


def _anchored(results: Results) -> Iterator[Verdict]:
    """Check that each measure fails what must fail it, and passes fresh real images that did not define its scale."""
    n = results.table.n_synthetic
    for name, measure in results.table.measures.items():
        if not measure.anchored or measure.name == "utility_gain":
            continue
        if measure.failing in SAME_KIND:
            like = SAME_KIND[measure.failing]
            score, why = calibrated(results, like, name)
            yield _judged(f"{name}: fails {like}", score, why, n, score is not None and score <= FAILS)
        score, why = calibrated(results, "fresh-again", name)
        yield _judged(f"{name}: passes fresh real images", score, why, n, score is not None and score >= PASSES)


def _order(results: Results) -> Iterator[Verdict]:
    if "mixing" not in results.table.measures:
        return
    order = ("fresh-again", "smote", "pca-gauss", "noise-again")
    values = [value(results, config, "mixing") for config in order if config in results.plan.generators]
    known = [v for v in values if v is not None]
    claim = f"mixing: {' > '.join(order)}"
    if len(known) < len(order) or calibrated(results, "fresh-again", "mixing")[1]:
        why = calibrated(results, "fresh-again", "mixing")[1]
        yield Verdict(claim, "CANNOT JUDGE", why or "a candidate is missing")
        return
    word = "PASS" if all(a > b for a, b in pairwise(known)) else "FAIL"
    yield Verdict(claim, word, " > ".join(f"{v:.3f}" for v in known))


def _known(results: Results) -> Iterator[Verdict]:
    """Check what is known about single candidates: raw values, and aspects for the mixed ones."""
    n = results.table.n_synthetic
    raw: Sequence[tuple[str, str, str, float, float]] = (
        ("half copies are half copies", "half-copies", "copy_share", 0.45, 0.55),
        ("no false copies among fresh real images", "fresh-again", "copy_share", 0.0, 0.01),
        ("half copies are half copies", "half-copies", "copied_share", 0.45, 0.55),
        ("no false copies among fresh real images", "fresh-again", "copied_share", 0.0, 0.03),
        ("the wrong class is not recognised", "wrong-digit", "class_accuracy", 0.0, 0.05),
        ("one repeated image has no recall", "repeat-again", "recall", 0.0, 0.0),
        ("the mean image has no recall", "mean", "recall", 0.0, 0.0),
        ("noise teaches a classifier little", "noise-again", "tstr", 0.0, 0.2),
    )
    for claim, config, measure, low, high in raw:
        if measure not in results.table.measures:
            continue
        why = calibrated(results, config, measure)[1]
        found = value(results, config, measure)
        yield _judged(f"{claim} ({measure})", found, why, n, found is not None and low <= found <= high)
    for claim, config, aspect, low, high in (
        ("half copies are half original", "half-copies", "original", 0.45, 0.55),
        ("half noise is half realistic", "half-noise", "realistic", 0.3, 0.8),
    ):
        over = results.overall(config, next(iter(results.plan.sizes)))[aspect]
        good = over.score is not None and low <= over.score <= high
        yield _judged(f"{claim} ({aspect})", over.score, over.reason if over.score is None else "", n, good)


def _one_sided(results: Results) -> Iterator[Verdict]:
    """Check the scores of genuine but narrow images, and of images with small faults, if all parts were measured."""
    n, n_real = results.table.n_synthetic, next(iter(results.plan.sizes))
    measured = {a.name for a in ASPECTS if set(a.parts_at(n_real)) <= set(results.table.measures)}
    slack = SLACK if len(results.places) < FEW else 0.0
    for claim, config, aspect, low, high in ONE_SIDED:
        if aspect in measured:
            over = results.overall(config, n_real)[aspect]
            good = over.score is not None and low - slack <= over.score <= high + slack
            yield _judged(f"{claim} ({aspect})", over.score, over.reason if over.score is None else "", n, good)
    if "realistic" in measured:
        more, less = (results.overall(f"copies-jpeg-{q}", n_real)["realistic"] for q in (50, 20))
        why = more.reason if more.score is None else less.reason if less.score is None else ""
        fall = None if more.score is None or less.score is None else more.score - less.score
        claim = "copies as JPEG are more realistic at quality 50 than at 20 (realistic)"
        yield _judged(claim, fall, why, n, fall is not None and fall > 0)


def _judged(claim: str, score: float | None, why: str, n: int, good: bool) -> Verdict:
    if "do not separate" in why and n >= ENOUGH:
        return Verdict(claim, "FAIL", why)
    if score is None or why:
        return Verdict(claim, "CANNOT JUDGE", why or "no value")
    return Verdict(claim, "PASS" if good else "FAIL", f"{score:.3f}")
