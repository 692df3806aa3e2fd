"""How many images are copies? The excess of close matches among training images, over what chance gives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from benchmark.api import Array

LEVELS = tuple(2**power for power in range(12))  # numbers of held-out images below a threshold
MOST = 0.7  # thresholds above this quantile of held-out images say nothing
ALPHA = 0.01  # of all detectors and thresholds together: with a larger p, no copies are reported
CLEAR = float(np.log(0.5))  # a match is clear if it is nearer than half the mean distance of those that come next
AGREED, STRICT = 0.05, 0.001  # p-values of training images winning below which an excess over held-out images counts
SPREADS = 3.0  # standard deviations by which an excess is lowered before thresholds are compared


@dataclass(frozen=True)
class Matches:
    """The best match of each image, by one detector.

    distance: (n,), smaller for a better match. source: int64 (n,), which real image it is. trained: bool (n,), whether
    that is a training image (a target), and not a held-out one (a decoy).
    """

    distance: Array
    source: Array
    trained: Array

    def __getitem__(self, chosen: slice | Array) -> Matches:
        """Return the matches of some images."""
        return Matches(self.distance[chosen], self.source[chosen], self.trained[chosen])


@dataclass(frozen=True)
class Threshold:
    """A detector and a threshold, the share of copies that it shows, and the p-value of there being none."""

    detector: str
    below: float
    share: float
    lowest: float  # `share` less SPREADS standard deviations
    p: float

    def hits(self, matches: Matches) -> Array:
        """Return bool (n, 2): which images match below the threshold, a training image or a held-out one."""
        close = matches.distance < self.below
        return np.stack([close & matches.trained, close & ~matches.trained], axis=1)


def best(made: Mapping[str, Matches], real: Mapping[str, Matches], prior: float) -> Threshold:
    """Return the threshold that shows most copies for certain; `share` is 0 if none is beyond chance.

    made, real: matches of synthetic and held-out images by detector. prior: the share of training images among all
    that were searched. p is Bonferroni's over all detectors, thresholds, and the two tests of each. The competition
    counts real images that are matched, not matches: a few real images are the best match of many others.
    """
    tried = [each for name in made for each in _tried(name, made[name], real[name], prior)]
    p = min(1.0, 2 * len(tried) * min(each.p for each in tried))
    found = [each for each in tried if 2 * len(tried) * each.p < ALPHA and each.lowest > 0]
    top = max(found, key=lambda each: each.lowest) if found else _tail(tried)
    return Threshold(top.detector, top.below, top.share if found else 0.0, top.lowest, p)


def excess(targets: Array, decoys: Array, chance: Array | float, prior: float) -> Array:
    """Return the share of copies, in [0, 1], from the shares of images below a threshold.

    targets, decoys: of the synthetic images, by match. chance: of held-out images, with any match. Of images that are
    no copies, `prior` of those below match a training image: as many more than decoys as there are more training
    images (target-decoy competition), and at most as many as among held-out images (Storey 2002, equation 6, with
    their distribution in place of the uniform one). The smaller excess counts.
    """
    over_decoys = targets - decoys * prior / (1 - prior)
    over_held_out = (targets - chance * prior) / (1 - chance * prior)
    return np.clip(np.minimum(over_decoys, over_held_out), 0, 1)


def _tried(name: str, made: Matches, real: Matches, prior: float) -> Iterator[Threshold]:
    from scipy.stats import binom, hypergeom

    n, m = len(made.distance), len(real.distance)
    ordered = np.sort(real.distance)
    levels = [(float(ordered[k - 1]), k) for k in LEVELS if k < MOST * m]
    clear = (CLEAR, int(np.searchsorted(ordered, CLEAR)) + 1)
    for below, level in [*([clear] if clear[1] < MOST * m else []), *levels, (np.inf, m)]:
        chance = 1.0 if level == m else level / (m + 1)
        close = made.distance < below
        targets, decoys = close & made.trained, close & ~made.trained
        both = int(close.sum())
        share = float(excess(targets.mean(), decoys.mean(), chance, prior))
        distinct = [len(np.unique(made.source[hits])) for hits in (targets, decoys)]
        beyond_decoys = float(binom.sf(distinct[0] - 1, sum(distinct), prior))
        among = min(both + level - 1, n + m)
        agreed = level < m and share > 0 and beyond_decoys < (AGREED if below <= CLEAR else STRICT)
        beyond_held_out = float(hypergeom.sf(both - 1, n + m, n, among)) if agreed else 1.0
        null = chance * prior
        spread = np.sqrt(null * (1 - null) * (1 / n + 1 / m)) / (1 - null)
        competing = np.sqrt(null / (1 - prior) / n * both / max(sum(distinct), 1))
        lowest = share - SPREADS * max(float(spread), float(competing))
        yield Threshold(name, below, share, lowest, min(beyond_decoys, beyond_held_out))


def _tail(tried: list[Threshold]) -> Threshold:
    """Return the threshold whose draws say how many copies may have been missed: a low one of the last detector."""
    last = [each for each in tried if each.detector == tried[-1].detector]
    return last[min(2, len(last) - 1)]
