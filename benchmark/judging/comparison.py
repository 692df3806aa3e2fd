"""Is the difference between two generators real, or chance? Exact paired tests, adjusted for their number."""

from __future__ import annotations

import itertools
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmark.judging.intervals import Interval, over_fits

if TYPE_CHECKING:
    from benchmark.api import Array

ALPHA = 0.05
GRID = 1e-4  # differences are rounded to multiples of this, far below any noise, so that sums are whole numbers
FEWEST_CLASSES = 6  # with at least this many classes, a second test uses the classes themselves as pairs

Pair = tuple[int, int]  # class, seed
Fits = Mapping[Pair, float]


@dataclass(frozen=True)
class Comparison:
    """A paired comparison of generators `a` and `b` in one aspect. Differences are a - b."""

    a: str
    b: str
    n: int  # pairs
    nonzero: int
    difference: float  # mean
    median: float
    interval: Interval | None
    wins: int
    losses: int
    p: float  # exact, two-sided, not adjusted
    holm: float = 1.0  # adjusted over the pairs of the aspect
    reachable: float = 1.0  # the smallest adjusted p that this many pairs can reach
    over: str = "fits"  # or "seeds" (the classes of one generator share a fit), or "classes"

    @property
    def word(self) -> str:
        """'>', '<', 'no clear difference' or 'too few pairs to tell'."""
        if self.holm < ALPHA:
            return ">" if self.difference > 0 else "<"
        return "too few pairs to tell" if self.reachable >= ALPHA else "no clear difference"


def sign_flip(differences: Sequence[float]) -> float:
    """Return the exact two-sided p-value of the mean of paired differences under random signs (Fisher 1935, §21).

    The null distribution of the sum is built by convolution, one pair at a time. It is exact for any number of pairs,
    with differences rounded to 1e-4. Zeros are kept; they change nothing. Without pairs, the result is 1.
    """
    steps = np.rint(np.asarray(differences, dtype=np.float64) / GRID).astype(np.int64)
    observed, sizes = abs(int(steps.sum())), np.abs(steps)
    reach = int(sizes.sum())
    chance = np.zeros(2 * reach + 1)
    chance[reach] = 1.0
    for size in sizes[sizes > 0]:
        shifted = np.zeros_like(chance)
        shifted[size:] += chance[:-size] / 2
        shifted[:-size] += chance[size:] / 2
        chance = shifted
    return min(1.0, float(chance[: reach - observed + 1].sum() + chance[reach + observed :].sum())) if observed else 1.0


def holm(values: Sequence[float]) -> list[float]:
    """Return p-values adjusted for their number (Holm 1979), in the same order."""
    order = np.argsort(values, kind="stable")
    adjusted = np.empty(len(values))
    highest = 0.0
    for rank, index in enumerate(order):
        highest = max(highest, min(1.0, (len(values) - rank) * values[index]))
        adjusted[index] = highest
    return adjusted.tolist()


def compare(scores: Mapping[str, Fits], over: str = "fits", shared: Collection[str] = ()) -> list[Comparison]:
    """Return the comparisons of all pairs of generators, adjusted together, the clearest first.

    scores: each generator's unclipped aspect score by (class, seed); a pair that only one of the two has is dropped.
    shared: generators whose classes share a fit. Comparisons with them are averaged over classes: one pair per seed.
    """
    found = []
    for a, b in itertools.combinations(sorted(scores), 2):
        together = over == "fits" and not {a, b}.isdisjoint(shared)
        differences = _paired(scores[a], scores[b])
        found.append(_one(a, b, _means(differences, 1) if together else differences, "seeds" if together else over))
    adjusted = holm([c.p for c in found])
    found = [
        replace(c, holm=p, reachable=min(1.0, _smallest(c.nonzero) * len(found)))
        for c, p in zip(found, adjusted, strict=True)
    ]
    return sorted(found, key=lambda c: (c.holm >= ALPHA, -abs(c.difference), c.a, c.b))


def over_classes(scores: Mapping[str, Fits]) -> dict[str, dict[Pair, float]]:
    """Return each generator's means over seeds, one per class: pairs for a test 'for classes like these'."""
    return {config: {(label, 0): v for label, v in _means(fits, 0).items()} for config, fits in scores.items()}


def over_seeds(scores: Mapping[str, Fits]) -> dict[str, dict[Pair, float]]:
    """Return each generator's means over classes, one per seed, for fits that share their classes.

    Only (class, seed) pairs that all generators have are used.
    """
    common = set.intersection(*(set(fits) for fits in scores.values())) if scores else set()
    kept = {config: {pair: fits[pair] for pair in common} for config, fits in scores.items()}
    return {config: {(0, seed): v for seed, v in _means(fits, 1).items()} for config, fits in kept.items()}


def pairs_needed(comparisons: int) -> int:
    """Return how many non-zero pairs are needed before any of this many comparisons can reach p < .05."""
    return next(n for n in itertools.count(1) if _smallest(n) * comparisons < ALPHA)


def advice(pairs: int, comparisons: int, classes: int) -> str:
    """Return a sentence that says there are too few pairs and what to add to the command; "" if there are enough."""
    needed = pairs_needed(max(comparisons, 1))
    if comparisons == 0 or pairs >= needed:
        return ""
    return f"cannot reach p < .05 with {pairs} pairs; add --seeds {math.ceil(needed / classes)}"


def mean_ranks(scores: Mapping[str, Fits]) -> dict[str, float]:
    """Return each generator's mean rank over the pairs that all generators have (1 is best; ties share a rank)."""
    from scipy.stats import rankdata

    names, table = _common(scores)
    return dict(
        zip(
            names,
            (rankdata(-table, axis=1).mean(axis=0) if len(table) else np.full(len(names), np.nan)).tolist(),
            strict=True,
        )
    )


def friedman(scores: Mapping[str, Fits]) -> float | None:
    """Return the p-value of Friedman's test (1937) that three or more generators are alike.

    None with fewer than three generators or two common pairs, or if all generators score the same.
    """
    from scipy.stats import friedmanchisquare

    names, table = _common(scores)
    if len(names) < 3 or len(table) < 2 or (table == table[:, :1]).all():
        return None
    return float(friedmanchisquare(*table.T).pvalue)


def _common(scores: Mapping[str, Fits]) -> tuple[list[str], Array]:
    names = sorted(scores)
    common = sorted(set.intersection(*(set(scores[n]) for n in names))) if names else []
    return names, np.array([[scores[n][pair] for n in names] for pair in common]).reshape(len(common), len(names))


def _paired(a: Fits, b: Fits) -> dict[Pair, float]:
    return {pair: a[pair] - b[pair] for pair in sorted(set(a) & set(b))}


def _means(values: Fits, of: int) -> dict[int, float]:
    """Return the mean per class (of=0) or per seed (of=1)."""
    return {
        each: float(np.mean([v for pair, v in values.items() if pair[of] == each]))
        for each in sorted({pair[of] for pair in values})
    }


def _one(a: str, b: str, paired: Mapping[Any, float], over: str) -> Comparison:
    differences = list(paired.values())
    n = len(differences)
    nonzero = sum(abs(d) >= GRID / 2 for d in differences)
    return Comparison(
        a,
        b,
        n,
        nonzero,
        float(np.mean(differences)) if n else 0.0,
        float(np.median(differences)) if n else 0.0,
        over_fits(differences) if n > 1 else None,
        sum(d >= GRID / 2 for d in differences),
        sum(d <= -GRID / 2 for d in differences),
        sign_flip(differences),
        over=over,
    )


def _smallest(pairs: int) -> float:
    """Return the smallest two-sided p-value that this many non-zero pairs can reach."""
    return 2.0 ** (1 - pairs) if pairs else 1.0
