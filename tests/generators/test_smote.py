"""SMOTE: every image lies between a training image and one of its neighbours; the published slip does not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from benchmark.api import Array, CannotFit, Images, Task
from generators.smote import Smote, nearest

TASK = Task("mnist", 5, "5", n_real=2, n_synthetic=10, shape=(28, 28, 1), n_classes=10, seed=0)


def neighbours(real: Images, k: int) -> Array:
    """The k nearest others, by distances in float64 and a full sort."""
    flat = real.reshape(len(real), -1).astype(np.float64)
    distances = cdist(flat, flat)
    np.fill_diagonal(distances, np.inf)
    return np.argsort(distances, axis=1)[:, :k]


def nearest_segment(made: Images, real: Images, k: int) -> tuple[Array, Array, Array, Array]:
    """Find the nearest segment from a training image to one of its k neighbours, for each image made.

    Returns the distance, from which image, to which, and how far along.
    """
    flat = real.reshape(len(real), -1).astype(np.float64)
    starts = np.repeat(np.arange(len(real)), k)
    ends = neighbours(real, k).ravel()
    steps = flat[ends] - flat[starts]
    found = []
    for point in made.reshape(len(made), -1).astype(np.float64):
        gap = np.clip(((point - flat[starts]) * steps).sum(1) / (steps**2).sum(1), 0, 1)
        away = np.linalg.norm(flat[starts] + gap[:, None] * steps - point, axis=1)
        best = away.argmin()
        found.append((away[best], starts[best], ends[best], gap[best]))
    away, start, end, gap = map(np.array, zip(*found, strict=True))
    return away, start, end, gap


def test_every_image_lies_on_a_segment_to_one_of_the_k_neighbours(fives, context):
    smote = Smote(k=3)
    smote.fit(fives, context())
    made = smote.sample(150, context())
    away, start, _, gap = nearest_segment(made, fives, 3)
    assert away.max() < 1e-4
    assert made.min() >= 0 and made.max() <= 1
    assert 0.4 < gap.mean() < 0.6 and gap.min() < 0.1 and gap.max() > 0.9
    assert len(np.unique(start)) > 60  # of 100, when 150 are drawn


def test_every_neighbour_has_its_turn(context):
    real = np.random.default_rng(0).random((6, 2, 2, 1), dtype=np.float32)
    smote = Smote(k=2)
    smote.fit(real, context())
    _, start, end, _ = nearest_segment(smote.sample(400, context()), real, 2)
    expected = {frozenset((i, int(j))) for i, row in enumerate(neighbours(real, 2)) for j in row}
    assert {frozenset(pair) for pair in zip(start.tolist(), end.tolist(), strict=True)} == expected


def test_the_segments_are_those_of_imbalanced_learn(fives, context):
    over_sampling = pytest.importorskip("imblearn.over_sampling")
    flat = fives[:40].reshape(40, -1)
    other = np.zeros((240, flat.shape[1]), dtype=np.float32)
    made, _ = over_sampling.SMOTE(k_neighbors=5, random_state=0).fit_resample(
        np.concatenate([flat, other]), np.repeat([1, 0], [40, 240])
    )
    theirs = made[280:]
    assert len(theirs) == 200
    away, *_ = nearest_segment(theirs, fives[:40], 5)
    assert away.max() < 1e-4
    ours = Smote()
    ours.fit(fives[:40], context())
    assert [set(row) for row in ours.neighbours.tolist()] == [set(row) for row in neighbours(fives[:40], 5).tolist()]


def test_the_published_variant_is_the_listing_word_by_word(fives, context):
    smote = Smote(variant="published")
    smote.fit(fives, context())
    made = smote.sample(250, context(7))
    rng = np.random.default_rng(7)
    bases, choices = rng.integers(100, size=250), rng.integers(5, size=250)
    gaps = rng.random(250, dtype=np.float32)
    listing = []
    for i in range(250):
        j = bases[i]
        nn = smote.neighbours[j][choices[i]]
        listing.append(fives[i % len(fives)] + gaps[i] * (fives[nn] - fives[j]))
    np.testing.assert_array_equal(made, np.array(listing))


def test_the_published_variant_leaves_the_segments_and_the_range(fives, context):
    smote = Smote(variant="published")
    smote.fit(fives, context())
    made = smote.sample(100, context())
    away, *_ = nearest_segment(made, fives, 5)
    assert np.mean(away > 0.5) > 0.8
    assert made.min() < 0 and made.max() > 1


def test_neighbours_close_together_and_far_from_the_origin_are_told_apart():
    points = (100 + 1e-3 * np.random.default_rng(0).normal(size=(300, 50))).astype(np.float32)
    found = nearest(points, 5)
    expected = neighbours(points, 5)
    assert [set(row) for row in found.tolist()] == [set(row) for row in expected.tolist()]


def test_neighbours_found_block_by_block_are_the_same(fives, monkeypatch):
    flat = fives.reshape(len(fives), -1)
    monkeypatch.setattr("generators.smote.BLOCK", 7 * len(flat))
    assert np.array_equal(nearest(flat, 5), np.sort(neighbours(fives, 5), axis=1))


def test_a_duplicate_is_a_neighbour_and_an_image_is_never_its_own():
    points = np.array([[0.0, 0.0], [0.0, 0.0], [0.0, 0.0], [1.0, 0.0], [5.0, 5.0]], dtype=np.float32)
    found = nearest(points, 2)
    assert all(i not in row for i, row in enumerate(found.tolist()))
    assert {*found[0]} == {1, 2} and {*found[1]} == {0, 2} and {*found[2]} == {0, 1}


def test_with_few_images_all_others_are_neighbours_and_it_is_said(context):
    real = np.random.default_rng(0).random((3, 2, 2, 1), dtype=np.float32)
    smote, ctx = Smote(k=5), context()
    smote.fit(real, ctx)
    assert sorted(map(sorted, smote.neighbours.tolist())) == [[0, 1], [0, 2], [1, 2]]
    assert ctx.warnings == ["k=5 was requested, but 3 training images allow at most k=2, which is used."]
    assert smote.sample(4, context()).shape == (4, 2, 2, 1)


def test_one_image_is_not_enough_and_the_reason_is_given(context):
    assert Smote().skip(TASK) is None
    reason = Smote().skip(replace(TASK, n_real=1))
    assert reason is not None and reason.startswith("needs at least 2 training images")
    with pytest.raises(CannotFit, match="needs at least 2 training images"):
        Smote().fit(np.zeros((1, 2, 2, 1), dtype=np.float32), context())
