"""Exact Euclidean neighbours: a blockwise float32 pass finds candidates, and float64 decides.

The pass expands |a - b|^2 = |a|^2 + |b|^2 - 2ab and computes it as one matrix product of rows with two extra numbers.
This loses digits when images are nearly equal, so it only narrows the choice: every pair that could be among the k
nearest, or lies near the edge of a ball, is recomputed from its difference in float64. Results depend neither on the
blocks nor on the linear-algebra library, and equal rows are at distance 0.

Memory is bounded: 2^24 squared distances (64 MiB), as many booleans, and a copy of at most 64 MiB of `among`.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from benchmark.api import Array, Neighbours

ROWS = 256  # most rows per block: their distances stay in the cache
PAIRS = 2**24  # most squared distances per block
NUMBERS = 2**18  # float64 numbers per chunk of exact differences: fits into the cache
COPY = 2**24  # most numbers of `among` that are copied at a time
SLABS = 16  # pieces of a row whose smallest distances bound the k-th smallest


def nearest(of: Array, among: Array, k: int, *, same: bool = False, itself: Array | None = None) -> Neighbours:
    """Return the `k` nearest rows of `among` (m, d) for each row of `of` (n, d); ties go to the smaller index.

    same: both are the same set, and no row is its own neighbour (by index, so duplicates still count).
    itself: int64 (n,), the position of each row of `of` in `among`, excluded from its neighbours; -1 if it has none.
    """
    if same:
        itself = np.arange(len(of))
    there = len(among) - (itself is not None)
    if not 1 <= k <= there:
        raise ValueError(f"cannot return {k} neighbours; allowed are 1 to {there}.")
    distances = np.empty((len(of), k), dtype=np.float32)
    indices = np.empty((len(of), k), dtype=np.int64)
    for block, squared, slack in _blocks(of, among, np.zeros(len(among), dtype=np.float32)):
        if itself is not None:
            row = np.flatnonzero(itself[block] >= 0)
            squared[row, itself[block][row]] = np.inf
        row, column = _where(squared <= (_bound(squared, k) + 2 * slack)[:, None])
        exact = _exact(of[block], among, row, column)
        order = np.lexsort((column, exact, row))
        first = np.searchsorted(row, np.arange(len(squared)))  # `row` ascends already
        best = order[first[:, None] + np.arange(k)]
        distances[block], indices[block] = exact[best], column[best]
    return Neighbours(distances, indices)


def count_balls(of: Array, among: Array, radii: Array, *, same: bool = False) -> Array:
    """Return, int64 (n,), how many balls of `radii` (m,) around the rows of `among` contain each row of `of`.

    The boundary counts as inside. same: a row's own ball is not counted.
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
    """Return an upper bound (rows,) on the k-th smallest number of each row of (rows, m); usually that number itself.

    Each row is cut into slabs, and only the slabs' elementwise minimum is partitioned, not the whole row.
    """
    m = squared.shape[1]
    slabs = max(1, min(SLABS, m // (4 * k)))
    width = m // slabs
    least = squared[:, : slabs * width].reshape(len(squared), slabs, width).min(axis=1) if slabs > 1 else squared
    bound: Array = np.partition(least, k - 1, axis=1)[:, k - 1]
    return bound


def _where(mask: Array) -> tuple[Array, Array]:
    """Return the same as np.nonzero, but faster if few elements are true."""
    row, column = np.divmod(np.flatnonzero(mask), mask.shape[1])
    return row, column


def _blocks(of: Array, among: Array, less: Array) -> Iterator[tuple[slice, Array, Array]]:
    """Yield a slice of rows, their squared distances minus `less` (m,), float32 (rows, m), and error bounds (rows,)."""
    centre = among.mean(axis=0, dtype=np.float64).astype(np.float32)  # short vectors lose fewer digits
    chunk = max(1, min(len(among), COPY // (among.shape[1] + 2)))
    held = [_columns(among, centre, less)] if chunk == len(among) else []
    longest = max(((among[i : i + chunk] - centre) ** 2).sum(axis=1).max() for i in range(0, len(among), chunk))
    # Twice the usual growth of the rounding error in a dot product, for the product and for each of the three sums.
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
    """Return the float64 distances of the pairs (row[i] of `of`, column[i] of `among`)."""
    distances = np.empty(len(row))
    step = max(1, NUMBERS // of.shape[1])
    for start in range(0, len(row), step):
        pairs = slice(start, start + step)
        difference = np.subtract(of[row[pairs]], among[column[pairs]], dtype=np.float64)
        distances[pairs] = np.sqrt((difference * difference).sum(axis=1))
    return distances
