"""Exact Euclidean neighbours: a float32 pass in blocks finds candidates, float64 decides.

The pass expands |a - b|^2 = |a|^2 + |b|^2 - 2ab, which is one matrix product, but loses digits where images are nearly
equal. So it only narrows the choice: every pair that could be among the k best, or lies near the edge of a ball, is
computed again from its difference in float64. Results depend neither on the blocks nor on the linear-algebra library,
and equal rows come out at distance 0. Memory is bounded: a block holds at most 2^24 squared distances (64 MiB).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from benchmark.api import Array, Neighbours

ROWS = 1024                     # of a block, at most
PAIRS = 2**24                   # squared distances in a block, at most
NUMBERS = 2**18                 # float64 numbers in a chunk of exact differences: fits the cache


def nearest(of: Array, among: Array, k: int, *, same: bool = False, itself: Array | None = None) -> Neighbours:
    """Return the `k` nearest rows of `among` (m, d) for each row of `of` (n, d); ties go to the smaller index.

    same: both are the same set, and a row is left out of its own neighbours (by index, so that duplicates stay).
    itself: int64 (n,), where each row of `of` stands in `among`, to be left out there.
    """
    if same:
        itself = np.arange(len(of))
    there = len(among) - (itself is not None)
    if not 1 <= k <= there:
        raise ValueError(f"{k} neighbours were asked for; there are {there}.")
    distances = np.empty((len(of), k), dtype=np.float32)
    indices = np.empty((len(of), k), dtype=np.int64)
    for block, squared, slack in _blocks(of, among):
        if itself is not None:
            squared[np.arange(len(squared)), itself[block]] = np.inf
        limit = np.partition(squared, k - 1, axis=1)[:, k - 1] + 2 * slack
        row, column = np.nonzero(squared <= limit[:, None])
        exact = _exact(of[block], among, row, column)
        order = np.lexsort((column, exact, row))
        first = np.searchsorted(row, np.arange(len(squared)))       # `row` ascends already
        best = order[first[:, None] + np.arange(k)]
        distances[block], indices[block] = exact[best], column[best]
    return Neighbours(distances, indices)


def count_balls(of: Array, among: Array, radii: Array, *, same: bool = False) -> Array:
    """Return int64 (n,): how many of the balls round the rows of `among`, of `radii` (m,), hold each row of `of`.

    A ball holds what lies at its radius. same: a row's own ball is not counted.
    """
    radii = np.asarray(radii, dtype=np.float32)
    squared_radii = radii * radii
    counts = np.empty(len(of), dtype=np.int64)
    for block, squared, slack in _blocks(of, among):
        inside = squared <= squared_radii
        unsure = np.abs(squared - squared_radii) <= slack[:, None] + 1e-6 * squared_radii
        if same:
            own = np.arange(len(squared)), np.arange(block.start, block.stop)
            inside[own] = unsure[own] = False
        row, column = np.nonzero(unsure)
        inside[row, column] = _exact(of[block], among, row, column).astype(np.float32) <= radii[column]
        counts[block] = inside.sum(axis=1)
    return counts


def _blocks(of: Array, among: Array) -> Iterator[tuple[slice, Array, Array]]:
    """Yield blocks of rows, their squared distances float32 (rows, m), and the error (rows,) that these may have."""
    centre = among.mean(axis=0, dtype=np.float64).astype(np.float32)    # short vectors lose fewer digits
    columns = among - centre
    lengths = (columns * columns).sum(axis=1)
    # Twice the usual growth of rounding errors in a dot product, each for the product and the three sums.
    error = 8 * np.finfo(np.float32).eps * np.sqrt(among.shape[1] + 4)
    size = max(1, min(ROWS, PAIRS // len(among)))
    for start in range(0, len(of), size):
        block = slice(start, min(start + size, len(of)))
        rows = of[block] - centre
        own = (rows * rows).sum(axis=1)
        squared = rows @ columns.T
        squared *= -2
        squared += own[:, None]
        squared += lengths
        np.maximum(squared, 0, out=squared)
        yield block, squared, error * (own + lengths.max())


def _exact(of: Array, among: Array, row: Array, column: Array) -> Array:
    """Return float64 distances of the pairs (row[i] of `of`, column[i] of `among`)."""
    distances = np.empty(len(row))
    step = max(1, NUMBERS // of.shape[1])
    for start in range(0, len(row), step):
        pairs = slice(start, start + step)
        difference = np.subtract(of[row[pairs]], among[column[pairs]], dtype=np.float64)
        distances[pairs] = np.sqrt((difference * difference).sum(axis=1))
    return distances
