"""Distances between two sets of features, as published; `over_all` computes them for all classes together."""

from __future__ import annotations

import numpy as np

from benchmark.api import Array

SUBSETS, SIZE, SEED = 100, 1000, 2020  # of KID: the defaults of torch-fidelity, whose subsets are drawn here too
SIGMA, SCALE = 10.0, 1000.0  # of CMMD
ROWS = 1024  # rows of kernel values that are in memory at once
POINTS, MOST = 15, 5000  # of FD infinity: numbers of images, and the most with which they begin
FEWEST = 20  # images from which there is a line


def distance(one: Array, other: Array) -> float:
    """Return the squared Fréchet distance between Gaussians fitted to the rows of (n, d) and (m, d)."""
    (mean, spread), (mean_other, spread_other) = _fitted(one), _fitted(other)
    values, axes = np.linalg.eigh(spread)
    root = (axes * np.sqrt(np.maximum(values, 0))) @ axes.T
    shared = np.sqrt(np.maximum(np.linalg.eigvalsh(root @ spread_other @ root), 0)).sum()
    apart = ((mean - mean_other) ** 2).sum() + np.trace(spread) + np.trace(spread_other) - 2 * shared
    return max(float(apart), 0.0)


def _fitted(rows: Array) -> tuple[Array, Array]:
    rows = rows.astype(np.float64)
    return rows.mean(axis=0), np.atleast_2d(np.cov(rows, rowvar=False))


def kid(one: Array, other: Array) -> float:
    """Return the kernel distance between features (n, d) and (m, d), over subsets."""
    one, other = one.astype(np.float64), other.astype(np.float64)
    size, draw = min(SIZE, len(one), len(other)), np.random.RandomState(SEED)
    if len(one) == len(other) == size:
        return _unbiased(one, other)
    found = []
    for _ in range(SUBSETS):
        first, second = (rows[draw.choice(len(rows), size, replace=False)] for rows in (one, other))
        found.append(_unbiased(first, second))
    return float(np.mean(found))


def _unbiased(one: Array, other: Array) -> float:
    """Return the unbiased estimate for two sets of the same size."""
    n, within = len(one), 0.0
    for rows in (one, other):
        values = (rows @ rows.T / rows.shape[1] + 1) ** 3
        within += (values.sum() - values.trace()) / (n * (n - 1))
    return float(within - 2 * ((one @ other.T / one.shape[1] + 1) ** 3).mean())


def cmmd(one: Array, other: Array) -> float:
    """Return the distance between features (n, d) and (m, d)."""
    one, other = one.astype(np.float64), other.astype(np.float64)
    return SCALE * (_mean_kernel(one, one) + _mean_kernel(other, other) - 2 * _mean_kernel(one, other))


def _mean_kernel(one: Array, other: Array) -> float:
    """Return the mean kernel value over all pairs of rows."""
    total, lengths = 0.0, (other**2).sum(axis=1)
    for start in range(0, len(one), ROWS):
        rows = one[start : start + ROWS]
        squares = (rows**2).sum(axis=1)[:, None] + lengths - 2 * rows @ other.T
        total += float(np.exp(-np.maximum(squares, 0) / (2 * SIGMA**2)).sum())
    return total / (len(one) * len(other))


def fd_infinity(made: Array, real: Array, rng: np.random.Generator) -> float:
    """Return the intercept of the distances of subsets of `made` (n, d) to `real` (m, d)."""
    sizes = np.linspace(min(MOST, max(len(made) // 10, 2)), len(made), POINTS).astype(np.int32)
    distances = [distance(rng.choice(made, size, replace=False), real) for size in sizes]
    _, intercept = np.polyfit(1 / sizes, distances, 1)
    return float(intercept)
