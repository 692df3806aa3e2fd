"""Exact t-SNE: gradient descent on the Kullback-Leibler divergence itself, over all pairs, compiled by numba.

Each coordinate is an array of its own (structure of arrays), so that the inner loop over pairs is vectorised; float32.
Each step of a parallel loop handles one row and writes only to that row, and sums over rows are taken in order. The map
is therefore the same, bit for bit, for any number of threads. In two dimensions `z` is None; numba compiles both cases
separately.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numba
import numpy as np

from benchmark.api import Array
from benchmark.evidence.embedding.affinities import Graph

STEPS = 1000
EARLY = 250  # the first steps, with P exaggerated and with less momentum
EXAGGERATION = 12.0
MOMENTUM = (0.5, 0.8)  # early, later
SLOWEST = 50.0  # smallest learning rate
SMALLEST = np.float32(0.01)  # smallest gain
THREADS_FROM = 2000  # points; with fewer, threads spend more time waiting for each other than working

compiled = numba.njit(cache=True, fastmath=True, parallel=True, nogil=True)


def descend(graph: Graph, start: Array) -> Array:
    """Return the map, float32 (n, d) with d = 2 or 3, reached by gradient descent from `start` (n, d).

    1,000 steps; learning rate n / 12, but at least 50; P times 12 in the first 250 steps; gains and momentum as in
    scikit-learn.
    """
    here = np.ascontiguousarray(start.T, dtype=np.float32)
    there, motion, gains = np.empty_like(here), np.zeros_like(here), np.ones_like(here)
    push, sums = np.empty_like(here), np.empty(here.shape[1], np.float32)
    rate = max(len(start) / EXAGGERATION, SLOWEST)
    with _threads(numba.get_num_threads() if len(start) >= THREADS_FROM else 1):
        for number in range(STEPS):
            early = number < EARLY
            repel(*_split(here), push, sums)
            pull = np.float32(EXAGGERATION if early else 1), np.float32(1 / sums.sum(dtype=np.float64))
            pace = np.float32(rate), np.float32(MOMENTUM[not early])
            move(*_split(here), (graph.p, graph.indices, graph.starts), (push, motion, gains, there), pull, pace)
            here, there = there, here
    return np.ascontiguousarray(here.T)


def gradient(graph: Graph, points: Array) -> Array:
    """Return the gradient of `divergence` at points (n, d), float32 (n, d). `descend` follows it."""
    here = np.ascontiguousarray(points.T, dtype=np.float32)
    push, sums, motion = np.empty_like(here), np.empty(here.shape[1], np.float32), np.zeros_like(here)
    repel(*_split(here), push, sums)
    state = push, motion, np.ones_like(here), np.empty_like(here)
    pull = np.float32(1), np.float32(1 / sums.sum(dtype=np.float64))
    move(*_split(here), (graph.p, graph.indices, graph.starts), state, pull, (np.float32(1), np.float32(0)))
    return np.ascontiguousarray(-motion.T / np.float32(0.8))  # motion is -rate * gain * gradient; the gain became .8


def divergence(graph: Graph, points: Array) -> float:
    """Return KL(P || Q) in nats, where Q uses Student's t with one degree of freedom in any dimension."""
    here = np.ascontiguousarray(points.T, dtype=np.float32)
    push, sums = np.empty_like(here), np.empty(here.shape[1], np.float32)
    repel(*_split(here), push, sums)
    rows = np.repeat(np.arange(len(points)), np.diff(graph.starts))
    apart = ((points[rows].astype(np.float64) - points[graph.indices]) ** 2).sum(axis=1)
    p = graph.p.astype(np.float64)
    log_q = -np.log1p(apart) - np.log(sums.sum(dtype=np.float64))
    return float((p * (np.log(np.maximum(p, np.finfo(np.float64).tiny)) - log_q)).sum())


@contextmanager
def _threads(count: int) -> Iterator[None]:
    before = numba.get_num_threads()
    numba.set_num_threads(count)
    try:
        yield
    finally:
        numba.set_num_threads(before)


def _split(here: Array) -> tuple[Array, Array, Array | None]:
    return here[0], here[1], here[2] if len(here) > 2 else None


@compiled
def repel(x: Array, y: Array, z: Any, push: Array, sums: Array) -> None:
    """Write the sums over j ≠ i of q² (i - j) to push (d, n), and of q to sums (n,), where q = 1 / (1 + |i - j|²)."""
    for i in numba.prange(len(x)):
        total, push_x, push_y, push_z = np.float32(-1), np.float32(0), np.float32(0), np.float32(0)
        for j in range(len(x)):
            dx, dy = x[i] - x[j], y[i] - y[j]
            apart = dx * dx + dy * dy
            if z is not None:
                dz = z[i] - z[j]
                apart += dz * dz
            q = np.float32(1) / (np.float32(1) + apart)
            total += q
            q *= q
            push_x += q * dx
            push_y += q * dy
            if z is not None:
                push_z += q * dz
        sums[i], push[0, i], push[1, i] = total, push_x, push_y
        if z is not None:
            push[2, i] = push_z


@compiled
def move(x: Array, y: Array, z: Any, graph: Any, state: Any, pull: Any, pace: Any) -> None:
    """Take a step from x, y, z (n,) and write the result to the last array of `state`.

    graph: p, indices, starts. state: push, motion, gains, there, each (d, n). pull: the exaggeration, and 1 / the sum
    of all q. pace: learning rate and momentum.
    """
    p, indices, starts = graph
    push, motion, gains, there = state
    for i in numba.prange(len(x)):
        pull_x, pull_y, pull_z = np.float32(0), np.float32(0), np.float32(0)
        for edge in range(starts[i], starts[i + 1]):
            j = indices[edge]
            dx, dy = x[i] - x[j], y[i] - y[j]
            apart = dx * dx + dy * dy
            if z is not None:
                dz = z[i] - z[j]
                apart += dz * dz
            weight = p[edge] / (np.float32(1) + apart)
            pull_x += weight * dx
            pull_y += weight * dy
            if z is not None:
                pull_z += weight * dz
        there[0, i] = x[i] + step(motion, gains, 0, i, pull[0] * pull_x - push[0, i] * pull[1], pace)
        there[1, i] = y[i] + step(motion, gains, 1, i, pull[0] * pull_y - push[1, i] * pull[1], pace)
        if z is not None:
            there[2, i] = z[i] + step(motion, gains, 2, i, pull[0] * pull_z - push[2, i] * pull[1], pace)


@numba.njit(cache=True, fastmath=True, inline="always")
def step(motion: Array, gains: Array, axis: int, i: int, quarter: float, pace: Any) -> Any:
    """Return the new motion of a coordinate, given a quarter of its gradient; store the motion and the gain."""
    slope = np.float32(4) * quarter
    gain = gains[axis, i]
    gain = gain + np.float32(0.2) if motion[axis, i] * slope < 0 else gain * np.float32(0.8)
    gain = max(gain, SMALLEST)
    moved = pace[1] * motion[axis, i] - pace[0] * gain * slope
    motion[axis, i], gains[axis, i] = moved, gain
    return moved
