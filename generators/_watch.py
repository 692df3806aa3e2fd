"""Checks of a generator's training: whether it still improves (early stopping), and whether it has collapsed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from benchmark.api import CannotFit

if TYPE_CHECKING:
    from benchmark.api import Array, Images

FEWEST = 10  # minimum number of validation images
PATIENCE = 3  # comparisons without a new best before training stops
ALIKE = 0.25  # samples whose nearest neighbours are nearer than this share of the real images' distance have collapsed
VAL_HELP = "share of the training images held back for early stopping; 0: run all steps"


def too_few(n_real: int, share: float) -> str | None:
    """Return why this share of the training images is too small for validation, or None."""
    if not share or round(n_real * share) >= FEWEST:
        return None
    return f"val={share:g} holds back {round(n_real * share)} of {n_real} training images; at least {FEWEST} are needed"


def split(n: int, share: float, rng: np.random.Generator) -> tuple[Array, Array]:
    """Return the indices of the `n` training images to train on, and of those for validation. Raises CannotFit."""
    if problem := too_few(n, share):
        raise CannotFit(problem)
    order = rng.permutation(n) if share else np.arange(n)
    return np.sort(order[round(n * share) :]), np.sort(order[: round(n * share)])


class Best:
    """Keeps the state whose images are nearest to the validation images, by the energy distance."""

    def __init__(self, val: Array) -> None:
        """Take validation images (m, d)."""
        self.val, self.distance, self.waited = val, np.inf, 0
        self.state: Any = None

    def look(self, made: Array, state: Any) -> bool:
        """Compare images (n, d) made by `state`; return whether training has stopped improving for long enough."""
        distance = energy_distance(made, self.val)
        self.waited += 1
        if distance < self.distance:
            self.distance, self.state, self.waited = distance, state, 0
        return self.waited >= PATIENCE


def energy_distance(one: Array, other: Array) -> float:
    """Return 2 E|x - y| - E|x - x'| - E|y - y'|, unbiased (Szekely and Rizzo 2013, section 2), of (n, d) and (m, d)."""
    within = sum(_distances(part, part).sum() / max(len(part) * (len(part) - 1), 1) for part in (one, other))
    return float(2 * _distances(one, other).mean() - within)


def collapse(made: Images, real: Images) -> str | None:
    """Return a warning if images (n, h, w, c) are much nearer to each other than as many real ones, or None."""
    n = min(len(made), len(real))
    if n < 3:
        return None
    apart, usual = (float(np.median(_nearest(images[:n].reshape(n, -1)))) for images in (made, real))
    if apart >= ALIKE * usual:
        return None
    return f"collapsed: the median distance to the nearest other sample is {apart:.2g}; of training images, {usual:.2g}"


def _nearest(points: Array) -> Array:
    distances = _distances(points, points)
    np.fill_diagonal(distances, np.inf)
    return np.asarray(distances.min(axis=1))


def _distances(one: Array, other: Array) -> Array:
    from scipy.spatial.distance import cdist

    return np.asarray(cdist(one, other))
