"""Exact Euclidean neighbours: a float32 pass in blocks finds candidates, float64 decides.

The pass expands |a - b|^2 = |a|^2 + |b|^2 - 2ab, all of it in one matrix product of rows that are two numbers longer,
but this loses digits where images are nearly equal. So it only narrows the choice: every pair that could be among the k
best, or lies near the edge of a ball, is computed again from its difference in float64. Results depend neither on the
blocks nor on the linear-algebra library, and equal rows come out at distance 0.

Memory is bounded: 2^24 squared distances (64 MiB) and as many truth values, and a copy of at most 64 MiB of `among`.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from benchmark.api import Array, Neighbours

ROWS = 256  # of a block, at most: their distances stay in the cache
PAIRS = 2**24  # squared distances in a block, at most
NUMBERS = 2**18  # float64 numbers in a chunk of exact differences: fits the cache
COPY = 2**24  # numbers of `among` that are copied at once
SLABS = 16  # pieces of a row whose least distances bound the k-th least one


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
    for block, squared, slack in _blocks(of, among, np.zeros(len(among), dtype=np.float32)):
        if itself is not None:
            squared[np.arange(len(squared)), itself[block]] = np.inf
        row, column = _where(squared <= (_bound(squared, k) + 2 * slack)[:, None])
        exact = _exact(of[block], among, row, column)
        order = np.lexsort((column, exact, row))
        first = np.searchsorted(row, np.arange(len(squared)))  # `row` ascends already
        best = order[first[:, None] + np.arange(k)]
        distances[block], indices[block] = exact[best], column[best]
    return Neighbours(distances, indices)


def count_balls(of: Array, among: Array, radii: Array, *, same: bool = False) -> Array:
    """Return int64 (n,): how many of the balls round the rows of `among`, of `radii` (m,), hold each row of `of`.

    A ball holds what lies at its radius. same: a row's own ball is not counted.
    """
    radii = np.asarray(radii, dtype=np.float32)
    counts = np.empty(len(of), dtype=np.int64)
    for block, beyond, slack in _blocks(of, among, radii * radii):
        if same:
            beyond[np.arange(len(beyond)), np.arange(block.start, block.stop)] = np.inf
        inside, unsure = beyond < -slack[:, None], beyond <= slack[:, None]
        unsure ^= inside
        row, column = _where(unsure)
        inside[row, column] = _exact(of[block], among, row, column).astype(np.float32) <= radii[column]
        counts[block] = np.count_nonzero(inside, axis=1)
    return counts


def _bound(squared: Array, k: int) -> Array:
    """Return a number (rows,) that at least k of each row's (rows, m) do not exceed; mostly the k-th least itself.

    It is the k-th of the least numbers at each place in a stack of slabs: so many are sorted, not all.
    """
    m = squared.shape[1]
    slabs = max(1, min(SLABS, m // (4 * k)))
    width = m // slabs
    least = squared[:, : slabs * width].reshape(len(squared), slabs, width).min(axis=1) if slabs > 1 else squared
    bound: Array = np.partition(least, k - 1, axis=1)[:, k - 1]
    return bound


def _where(mask: Array) -> tuple[Array, Array]:
    """Return what np.nonzero does: quicker, where little is true."""
    row, column = np.divmod(np.flatnonzero(mask), mask.shape[1])
    return row, column


def _blocks(of: Array, among: Array, less: Array) -> Iterator[tuple[slice, Array, Array]]:
    """Yield blocks of rows, float32 (rows, m) squared distances less `less` (m,), and their errors (rows,) at most."""
    centre = among.mean(axis=0, dtype=np.float64).astype(np.float32)  # short vectors lose fewer digits
    chunk = max(1, min(len(among), COPY // (among.shape[1] + 2)))
    held = [_columns(among, centre, less)] if chunk == len(among) else []
    longest = max(((among[i : i + chunk] - centre) ** 2).sum(axis=1).max() for i in range(0, len(among), chunk))
    # Twice the usual growth of rounding errors in a dot product, each for the product and the three sums.
    error = 8 * np.finfo(np.float32).eps * np.sqrt(among.shape[1] + 4)
    size = max(1, min(ROWS, PAIRS // len(among)))
    found = np.empty((size, len(among)), dtype=np.float32)
    for start in range(0, len(of), size):
        block = slice(start, min(start + size, len(of)))
        rows = of[block] - centre
        own = (rows * rows).sum(axis=1)
        rows = np.column_stack([-2 * rows, own, np.ones_like(own)])
        squared = found[: len(rows)]
        if held:
            np.matmul(rows, held[0].T, out=squared)
        for i in () if held else range(0, len(among), chunk):
            part = slice(i, i + chunk)
            squared[:, part] = rows @ _columns(among[part], centre, less[part]).T
        yield block, squared, error * (own + longest + less.max())


def _columns(among: Array, centre: Array, less: Array) -> Array:
    """Return rows (m, d + 2) whose product with (-2a, |a|^2, 1) is |a - b|^2 - less, for each b of `among`."""
    columns = np.empty((len(among), among.shape[1] + 2), dtype=np.float32)
    vectors = columns[:, :-2]
    np.subtract(among, centre, out=vectors)
    columns[:, -2] = 1
    columns[:, -1] = np.einsum("ij,ij->i", vectors, vectors) - less
    return columns


def _exact(of: Array, among: Array, row: Array, column: Array) -> Array:
    """Return float64 distances of the pairs (row[i] of `of`, column[i] of `among`)."""
    distances = np.empty(len(row))
    step = max(1, NUMBERS // of.shape[1])
    for start in range(0, len(row), step):
        pairs = slice(start, start + step)
        difference = np.subtract(of[row[pairs]], among[column[pairs]], dtype=np.float64)
        distances[pairs] = np.sqrt((difference * difference).sum(axis=1))
    return distances
