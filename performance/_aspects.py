"""The aspects of candidates with known faults, from a complete run: expected and measured values, side by side."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from benchmark.audits import selfcheck
from benchmark.plugins.registry import discover
from benchmark.results.results import Results
from benchmark.settings import Settings

TOLERANCE = 0.1
ROUNDED = 0.005  # the rounding error of the expected values
GREY = "greyed"  # not meaningful: images that are not realistic are always new

ASPECTS = """
candidate                 | realistic | varied | original | useful
fresh-again               | 1   | 1   | 1      | 1
copies-again              | .98 | .99 | .00    | 1.0
half-copies               | .99 | .99 | .50    | 1.0
smote[variant=published]  | .80 | .99 | .34    | .99
affine                    | .27 | .86 | 1.0    | .64
smote                     | .88 | .60 | .11    | .99
half-noise                | .50 | .79 | 1.0    | .68
pca-gauss                 | .12 | .33 | greyed | .61
wrong-digit               | .01 | .16 | greyed | .01
noise-again               | 0   | 0   | greyed | 0
mean                      | 0   | 0   | 0      | .01
repeat-again              | 0   | 0   | 0      | .01
"""
SCARCE = """
candidate                 | useful
affine                    | .47
smote[variant=published]  | .12
pca-gauss                 | .05
copies-again              | 0
smote                     | 0
"""


def parse(table: str) -> dict[str, dict[str, str]]:
    """Return expected values, as text, by candidate and aspect."""
    head, *rows = [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()]
    return {row[0]: dict(zip(head[1:], row[1:], strict=True)) for row in rows}


def run(table: str, seeds: int) -> bool:
    """Score the candidates on digits 3 and 5, print expected and measured aspects; return whether all agree."""
    scarce = table == "scarce"
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            classes="3,5",
            seeds=seeds,
            out=str(Path(folder) / "store"),
            report=False,
            n_real=(50,) if scarce else None,
            metrics="utility_gain" if scarce else "",
        )
        results = selfcheck.run(settings, discover())
    return show(table, parse(SCARCE if scarce else ASPECTS), results)


def show(table: str, expected: Mapping[str, Mapping[str, str]], results: Results) -> bool:
    """Print expected | measured for each aspect and candidate; return whether all are within tolerance and in order."""
    n_real = next(iter(results.plan.sizes))
    print(f"\n== {table}: expected | measured (sd over digits and seeds), {results.plan.n_seeds} seeds")
    bad = 0
    for aspect in expected["affine"]:
        print(f"\n{aspect}")
        fits = results.fit_scores(aspect, n_real)
        fits |= {config: {} for config in expected if config not in fits}
        means: dict[str, tuple[float, float]] = {}
        for candidate, row in expected.items():
            part = results.overall(candidate, n_real)[aspect]
            spread = float(np.std(list(fits[candidate].values()), ddof=1)) if len(fits[candidate]) > 1 else 0.0
            mark = _mark(row[aspect], part.score, part.status, spread)
            bad += "OUT" in mark
            found = "none" if part.score is None else f"{part.score:6.3f}"
            print(f"  {candidate:26} {row[aspect]:>6} | {found} ({spread:.3f}) {part.status}{mark}")
            if row[aspect] != GREY and part.score is not None:
                means[candidate] = float(row[aspect]), min(max(part.score, 0.0), 1.0)
        bad += _disorder(aspect, means)
    print(f"\n{table}: {bad} out of tolerance or out of order")
    return not bad


def _mark(wanted: str, score: float | None, status: str, spread: float) -> str:
    """Return "" if within the tolerance, "  ~" if within three standard deviations, else OUT."""
    if wanted == GREY:
        return "" if status == "not-meaningful" else "   <-- OUT"
    if score is None or status == "not-meaningful":
        return "   <-- OUT"
    apart = abs(min(max(score, 0.0), 1.0) - float(wanted)) - ROUNDED
    if apart <= TOLERANCE:
        return ""
    return "   <-- OUT" if apart > 3 * spread else "  ~"


def _disorder(aspect: str, means: Mapping[str, tuple[float, float]]) -> int:
    """Print pairs whose expected values differ by more than the tolerance and whose measured order is reversed."""
    swapped = [
        (a, b)
        for a, (want, found) in means.items()
        for b, (other, has) in means.items()
        if want - other > TOLERANCE and found < has
    ]
    for a, b in swapped:
        print(f"  order of {aspect}: {b} is above {a}   <-- OUT")
    return len(swapped)
