"""Is the scale honest? Fresh real images must score 1, copies be caught, and chance not count as a difference.

    python performance/calibration.py            forty draws of 3 seeds on digits 3 and 5: 12 minutes on two cores
    python performance/calibration.py --quick    the same with 100 images instead of 500

1. Forty draws of fresh real images, none of which anchors the scale, are scored like a generator, with three seeds
   each. The 95% intervals of `realistic`, `varied` and `original` contain 1, or reach .99, in at least 36 draws.
2. copy_share flags at most 1% of these images.
3. The authenticity of training images drawn with replacement is exactly 0.
4. Affine is compared with itself under other seeds, 200 times, by the suite's own comparison of calibrated scores:
   p < .05 at most 18 times.

The exit code is 1 if one of them does not hold.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmark.audits.candidates import CopiesWithReplacement, FreshAgain
from benchmark.execution import execute
from benchmark.judging import calibration
from benchmark.judging.aspects import ASPECTS
from benchmark.judging.calibration import Part, Table
from benchmark.judging.comparison import ALPHA, compare
from benchmark.plan import choices
from benchmark.plugins.registry import discover
from benchmark.results.results import Results
from benchmark.settings import Settings

FRESH, COPIES, AFFINE = FreshAgain.name, CopiesWithReplacement.name, "affine"
METRICS = "mixing,clipped,texture,tone,prdc,diversity,nearest_neighbour,strokes,classifier,authenticity"
ASKED = ("realistic", "varied", "original")
DRAWS, FITS = 40, 3
ROOT = 20261124


@dataclass(frozen=True)
class Finding:
    """A claim, what was measured, and whether the claim holds."""

    claim: str
    found: str
    holds: bool


def score(out: Path, *, quick: bool, draws: int = DRAWS) -> Results:
    """Score fresh images, copies and affine on digits 3 and 5, with so many seeds that there are so many draws."""
    registry = discover()
    registry.generators.update({FRESH: FreshAgain, COPIES: CopiesWithReplacement})
    settings = Settings(
        generators=f"{FRESH},{COPIES},{AFFINE}",
        classes="3,5",
        metrics=METRICS,
        seeds=FITS * draws // 2,
        quick=quick,
        out=str(out),
        report=False,
    )
    return execute(choices.make(settings, registry, draws=3))


def findings(results: Results) -> Iterator[Finding]:
    """Yield the finding for each claim."""
    runs = list(parts_of_runs(results))
    needed = len(runs) * 36 // DRAWS
    for name in ASKED:
        hit = sum(holds_one(run[name]) for run in runs)
        claim = f"{name}: the interval of fresh images contains 1 or reaches .99"
        yield Finding(claim, f"{hit} of {len(runs)}", hit >= needed)
    flagged = float(np.mean(list(values(results, FRESH, "copy_share"))))
    yield Finding("copy_share of fresh images is at most .01", f"{flagged:.4f}", flagged <= 0.01)
    highest = max(values(results, COPIES, "authenticity"))
    yield Finding("authenticity of copies is exactly 0", f"at most {highest:g}", highest == 0)
    alarms = {name: false_alarms(results, name) for name in ASKED}
    for name, count in alarms.items():
        yield Finding(f"{name}: affine differs from itself in at most 18 of 200 comparisons", f"{count}", count <= 18)


def values(results: Results, config: str, measure: str) -> Iterator[float]:
    """Yield a measure's raw values over all classes and seeds."""
    for place in results.places:
        for value in results.table.fits(config, place, measure).values():
            if value.value is not None:
                yield value.value


def parts_of_runs(results: Results) -> Iterator[Mapping[str, Part]]:
    """Yield the aspects of fresh images as runs of three seeds would give them, each with anchors of its own seeds."""
    seeds = list(results.plan.seeds)
    for first in range(0, len(seeds) - FITS + 1, FITS):
        table = only(results.table, seeds[first : first + FITS])
        for place in results.places:
            scales = {name: calibration.anchors(table, place, name) for name in table.measures}
            prior = calibration.prior_of(table, FRESH, {place: scales})
            yield calibration.aspects_at(table, FRESH, place, scales, prior)


def only(table: Table, seeds: Sequence[int]) -> Table:
    """Return the table restricted to some seeds."""
    chosen = {key: {s: v for s, v in fits.items() if s in seeds} for key, fits in table.values.items()}
    return Table(table.measures, table.n_synthetic, chosen)


def holds_one(part: Part) -> bool:
    """Return whether an interval contains 1 or reaches .99."""
    return part.interval is not None and part.interval.lo <= 1 and part.interval.hi >= 0.99


def false_alarms(results: Results, aspect: str, comparisons: int = 200) -> int:
    """Return how often affine is called better or worse than itself: three seeds against three others, all classes."""
    rng = np.random.default_rng(ROOT)
    kind = next(k for k in ASPECTS if k.name == aspect)
    fits = {p: calibration.fits_of(results.table, AFFINE, p, kind, results.scales[p]) for p in results.places}
    alarms = 0
    for _ in range(comparisons):
        picked = rng.permutation(list(results.plan.seeds))[: 2 * FITS].reshape(2, FITS)
        sides: dict[str, dict[tuple[int, int], float]] = {
            name: {(p[0], i): fits[p][int(seed)] for p in results.places for i, seed in enumerate(own)}
            for name, own in zip("ab", picked, strict=True)
        }
        alarms += compare(sides)[0].holm < ALPHA
    return alarms


def main(arguments: Any = None) -> int:
    """Score, and print the claims one by one."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="100 synthetic images instead of 500")
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        found = list(findings(score(Path(folder) / "store", quick=chosen.quick)))
    for finding in found:
        print(f"{'PASS' if finding.holds else 'FAIL'}  {finding.claim}: {finding.found}")
    return 0 if all(finding.holds for finding in found) else 1


if __name__ == "__main__":
    sys.exit(main())
