"""What is watched while a generator learns: whether it still gets better, and whether it makes one image only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from benchmark.api import CannotFit

if TYPE_CHECKING:
    from benchmark.api import Array, Images

FEWEST = 10  # validation images that say anything
PATIENCE = 3  # looks without a new best before it is given up
ALIKE = 0.25  # nearest neighbours nearer than so much of the real ones' distance: a collapse
VAL_HELP = "share of the training images that is not trained on and says when to stop; 0: all steps are done"


def too_few(n_real: int, share: float) -> str | None:
    """Return why so many training images cannot give that share for validation, or None."""
    if not share or round(n_real * share) >= FEWEST:
        return None
    return f"val={share:g} of {n_real} training images are {round(n_real * share)}, needs at least {FEWEST}"


def split(n: int, share: float, rng: np.random.Generator) -> tuple[Array, Array]:
    """Return indices to train on and to validate with, both out of the training images. Raises CannotFit."""
    if problem := too_few(n, share):
        raise CannotFit(problem)
    order = rng.permutation(n) if share else np.arange(n)
    return np.sort(order[round(n * share) :]), np.sort(order[: round(n * share)])


class Best:
    """Keeps the state whose images lie nearest to the validation images."""

    def __init__(self, val: Array) -> None:
        """Take validation images (m, d)."""
        self.val, self.distance, self.waited = val, np.inf, 0
        self.state: Any = None

    def look(self, made: Array, state: Any) -> bool:
        """Compare images (n, d) that `state` made; return whether nothing has got better for long enough to stop."""
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
    """Return a warning where images (n, h, w, c) lie far nearer to each other than as many real ones do, or None."""
    n = min(len(made), len(real))
    if n < 3:
        return None
    apart, usual = (float(np.median(_nearest(images[:n].reshape(n, -1)))) for images in (made, real))
    if apart >= ALIKE * usual:
        return None
    return f"collapsed: a sample's nearest other one is {apart:.2g} away, a training image's {usual:.2g}"


def _nearest(points: Array) -> Array:
    distances = _distances(points, points)
    np.fill_diagonal(distances, np.inf)
    return np.asarray(distances.min(axis=1))


def _distances(one: Array, other: Array) -> Array:
    from scipy.spatial.distance import cdist

    return np.asarray(cdist(one, other))
