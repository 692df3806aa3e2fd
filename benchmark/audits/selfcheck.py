"""The suite checks itself: can the metrics tell apart candidates with known faults on the given data?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from benchmark.audits import candidates
from benchmark.execution import execute
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
    return [*_anchored(results), *_order(results), *_known(results)]


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
        ("the wrong class is not recognised", "wrong-digit", "class_accuracy", 0.0, 0.02),
        ("one repeated image has no recall", "repeat-again", "recall", 0.0, 0.0),
        ("the mean image has no recall", "mean", "recall", 0.0, 0.0),
        ("noise teaches a classifier nothing", "noise-again", "tstr", 0.0, 0.02),
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


def _judged(claim: str, score: float | None, why: str, n: int, good: bool) -> Verdict:
    if "do not separate" in why and n >= ENOUGH:
        return Verdict(claim, "FAIL", why)
    if score is None or why:
        return Verdict(claim, "CANNOT JUDGE", why or "no value")
    return Verdict(claim, "PASS" if good else "FAIL", f"{score:.3f}")
