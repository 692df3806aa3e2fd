"""Neighbours: exact, whatever the size of numbers, the blocks and the order."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from benchmark.evidence import neighbours
from benchmark.evidence.neighbours import count_balls, nearest
from benchmark.images.real import RealData

MEMORY = """
import resource
import numpy as np
from benchmark.datasets.mnist import Mnist
from benchmark.evidence.neighbours import count_balls, nearest

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

raw = Mnist().load(None).images
images = np.empty((60_000, 784), np.float32)                # uses no memory before it is filled
np.divide(raw.reshape(-1, 784), np.float32(255), out=images[: len(raw)])
images[len(raw):] = images[: 60_000 - len(raw)]
before = peak()
found = nearest(images[:600], images, 10)
count_balls(images[:600], images, np.full(60_000, found.distances[:, 5].mean()))
print(images.nbytes / 2**20, peak() - before)
"""


def brute(of: np.ndarray, among: np.ndarray, same: bool = False) -> np.ndarray:
    """Return all distances in float64, an image's own infinite."""
    difference = of[:, None].astype(np.float64) - among[None]
    distances = np.sqrt((difference * difference).sum(axis=-1))
    if same:
        np.fill_diagonal(distances, np.inf)
    return distances


points = hnp.arrays(np.float32, st.tuples(st.integers(3, 12), st.just(3)), elements=st.integers(0, 3).map(float))


@given(points, points, st.integers(1, 2))
@settings(max_examples=60, deadline=None)
def test_ties_and_duplicates_come_in_the_order_of_indices(of: np.ndarray, among: np.ndarray, k: int) -> None:
    found = nearest(of, among, k)
    expected = np.argsort(brute(of, among), axis=1, kind="stable")[:, :k]
    assert np.array_equal(found.indices, expected)
    own = nearest(of, of, k, same=True)
    assert np.array_equal(own.indices, np.argsort(brute(of, of, same=True), axis=1, kind="stable")[:, :k])


@given(points, points, st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None)
def test_balls_hold_what_lies_on_their_edge(of: np.ndarray, among: np.ndarray, seed: int) -> None:
    radii = np.sqrt(np.random.default_rng(seed).integers(0, 9, len(among))).astype(np.float32)
    inside = brute(of, among).astype(np.float32) <= radii
    assert np.array_equal(count_balls(of, among, radii), inside.sum(axis=1))
    inside = brute(of, of, same=True).astype(np.float32) <= radii[0]
    assert np.array_equal(count_balls(of, of, np.full(len(of), radii[0]), same=True), inside.sum(axis=1))


@pytest.mark.parametrize("offset", [0.0, 1e3])
def test_float64_agrees_where_float32_has_lost_its_digits(offset: float) -> None:
    rng = np.random.default_rng(0)
    among = (rng.normal(size=(300, 40)) + offset).astype(np.float32)
    among[0, 0] += 1e6  # one far image makes every product inexact
    of = among[rng.integers(300, size=200)] + rng.normal(0, 1e-3, (200, 40)).astype(np.float32)
    found, exact = nearest(of, among, 5), brute(of, among)
    assert np.array_equal(found.indices, np.argsort(exact, axis=1, kind="stable")[:, :5])
    assert np.array_equal(found.distances, np.sort(exact, axis=1)[:, :5].astype(np.float32))


def test_copies_are_at_distance_zero(mnist: RealData) -> None:
    images = mnist.test[:1500].reshape(1500, -1)
    found = nearest(images[::-1].copy(), images, 1)
    assert (found.distances == 0).all()
    assert np.array_equal(found.indices[:, 0], np.arange(1500)[::-1])
    twice = np.concatenate([images[:50], images[:50]])
    assert (nearest(twice, twice, 1, same=True).distances == 0).all()  # a duplicate is a neighbour, itself is not


def test_blocks_do_not_change_the_result(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(1)
    points, radii = rng.random((70, 5), dtype=np.float32), rng.random(70, dtype=np.float32)
    whole, counts = nearest(points, points, 3, same=True), count_balls(points, points, radii, same=True)
    monkeypatch.setattr(neighbours, "ROWS", 16)
    monkeypatch.setattr(neighbours, "NUMBERS", 7)
    assert np.array_equal(nearest(points, points, 3, same=True).indices, whole.indices)
    assert np.array_equal(nearest(points, points, 3, same=True).distances, whole.distances)
    assert np.array_equal(count_balls(points, points, radii, same=True), counts)


def test_pieces_of_a_large_set_do_not_change_the_result(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(2)
    of, among = rng.random((20, 5), dtype=np.float32), rng.random((300, 5), dtype=np.float32)
    radii = rng.random(300, dtype=np.float32)
    whole, counts = nearest(of, among, 3), count_balls(of, among, radii)
    monkeypatch.setattr(neighbours, "COPY", 40 * 7)  # 40 rows at once
    assert np.array_equal(nearest(of, among, 3).indices, whole.indices)
    assert np.array_equal(count_balls(of, among, radii), counts)


def test_memory_stays_bounded_however_many_images(tmp_path: Path) -> None:
    """All of MNIST among itself would be 14 GB of distances; and a second copy of the images is too much already."""
    done = subprocess.run([sys.executable, "-c", MEMORY], cwd=tmp_path, capture_output=True, text=True, check=True)
    images, extra = map(float, done.stdout.split())
    assert images > 170
    assert extra < 250


def test_more_neighbours_than_there_are_is_an_error() -> None:
    points = np.zeros((3, 2), dtype=np.float32)
    with pytest.raises(ValueError, match="cannot return 3 neighbours; allowed are 1 to 2"):
        nearest(points, points, 3, same=True)
