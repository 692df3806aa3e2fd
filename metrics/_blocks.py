"""Tables of all pairs of two sets, a block of rows at a time, so that memory does not grow with their product."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from benchmark.api import Array

NUMBERS = 2**22  # of a block: 32 MiB as float64


def row_blocks(n: int, m: int) -> Iterator[slice]:
    """Yield slices of the rows of a table (n, m)."""
    step = max(1, NUMBERS // max(m, 1))
    for start in range(0, n, step):
        yield slice(start, min(start + step, n))


def over_rows(of: Array, among: Array, compute: Callable[[Array], Array]) -> Array:
    """Return what `compute` gives for each row of `of` (n, ...), from the squared distances to `among` of some rows."""
    from scipy.spatial.distance import cdist

    return np.concatenate(
        [compute(cdist(of[rows], among, "sqeuclidean")) for rows in row_blocks(len(of), len(among))] or [np.empty(0)]
    )


def spread(n: int, most: int) -> Array:
    """Return the indices of `n` images, or of `most` of them, evenly spread."""
    return np.arange(n) if n <= most else np.arange(most) * n // most
