"""Statistics by which claims are judged, with intervals over fits (class and seed)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from benchmark.api import Array, CannotTell, Estimate, Findings


def over_fits(values: Sequence[float]) -> Estimate:
    """Return the mean with its Student's t interval; no interval for fewer than three values."""
    from scipy.special import stdtrit

    array = np.asarray(values, dtype=np.float64)
    if len(array) < 3:
        return Estimate(float(array.mean()))
    half = float(stdtrit(len(array) - 1, 0.975)) * float(array.std(ddof=1)) / len(array) ** 0.5
    return Estimate(float(array.mean()), float(array.mean()) - half, float(array.mean()) + half)


def share(found: Findings, run: str, config: str, which: Callable[[Mapping[str, Array]], Array]) -> Estimate:
    """Return the share of a configuration's images that `which` selects from their columns, over fits."""
    shares = []
    for label in found.labels(run):
        for seed in found.seeds(run):
            try:
                shares.append(float(np.mean(which(found.per_image(run, config, label, seed)))))
            except KeyError as error:
                raise CannotTell(f"{config} has no column {error} in images.csv") from None
    return over_fits(shares)


def difference(found: Findings, run: str, a: tuple[str, str], b: tuple[str, str]) -> Estimate:
    """Return the mean paired difference between two pairs of configuration and measure, over fits."""
    first, second = found.fits(run, *a), found.fits(run, *b)
    return over_fits([first[fit] - second[fit] for fit in sorted(set(first) & set(second))])
