"""Copies, blends and repeats: by hand, and on real digits."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from metrics._blends import blends, heaviest, to_segments, to_triangles
from metrics._copies import nearest_binary
from metrics.disguised import Disguised
from metrics.nearest_neighbour import NearestNeighbour


def test_five_points_by_hand(plane: Any, score: Any) -> None:
    """Three training points; held-out ones are 2, 2 and 4 away: the median is 2, copies are nearer than 1.

    (0, 4.5, 4.5, 0) is half of the second and half of the third; (3, 3, 3, 0) blends all three.
    """
    train = np.array([[9, 0, 0, 0], [0, 9, 0, 0], [0, 0, 9, 0]])
    real = train + np.diag([-2, -2, -4, 0])[:3]
    made = [[9, 0, 0, 0], [8.7, 0.3, 0, 0], [0, 4.5, 4.5, 0], [3, 3, 3, 0], [0, 3, 3, 3]]
    scores = score(NearestNeighbour(), plane(made, real, train))
    assert scores.value("copy_share") == pytest.approx(2 / 5)  # the first two
    assert scores.value("duplicate_share") == pytest.approx(2 / 5)  # the same two, of each other
    assert scores.value("interpolation_share") == pytest.approx(2 / 5)  # the second and the third
    distances = np.sqrt([0, 0.18, 40.5, 54, 54])
    assert scores.value("dcr_median") == pytest.approx(np.median(distances) / 2)
    assert scores.kept["nearest_train"].tolist()[:2] == [0, 0]
    assert np.allclose(scores.kept["nearest_distance"], distances)
    for column, which in (("copy", [0, 1]), ("duplicate", [0, 1]), ("blended", [1, 2]), ("blended_of_three", [3])):
        assert np.flatnonzero(scores.kept[column]).tolist() == which
    parents = np.stack([scores.kept[f"parent_{place}"] for place in (1, 2, 3)], axis=1)
    assert parents[[0, 1, 4]].tolist() == [[-1, -1, -1], [0, 1, -1], [-1, -1, -1]]
    assert [sorted(each) for each in parents[2:4].tolist()] == [[-1, 1, 2], [0, 1, 2]]


def test_segments_agree_with_a_search(plane: Any) -> None:
    rng = np.random.default_rng(0)
    of, among = rng.random((6, 4)), rng.random((8, 4))
    indices = np.array([rng.permutation(8)[:5] for _ in of])
    t = np.linspace(0, 1, 2001)[:, None]
    expected = [
        min(
            np.linalg.norm(among[p] + t * (among[q] - among[p]) - point, axis=1).min()
            for i, p in enumerate(chosen)
            for q in chosen[:i]
        )
        for point, chosen in zip(of, indices, strict=True)
    ]
    assert to_segments(of, among, indices) == pytest.approx(expected, abs=1e-4)
    same = np.zeros((3, 4))
    assert to_segments(of[:1], same, np.array([[0, 1, 2]])) == pytest.approx(np.linalg.norm(of[0]))  # no length


def test_triangles_agree_with_a_search() -> None:
    rng = np.random.default_rng(1)
    corners = rng.random((3, 4))
    weights = rng.dirichlet(np.ones(3), 20000)
    inside = 0.2 * corners[0] + 0.5 * corners[1] + 0.3 * corners[2] + 0.1 * rng.random(4)
    outside = 3 * corners[0] - corners[1] - corners[2]
    found = to_triangles(np.stack([inside, outside]), corners, np.array([[0, 1, 2]] * 2))
    assert found[0] == pytest.approx(np.linalg.norm(weights @ corners - inside, axis=1).min(), abs=1e-2)
    assert found[1] == np.inf
    assert to_triangles(inside[None], np.stack([corners[0]] * 3), np.array([[0, 1, 2]]))[0] == np.inf  # no area


def test_parents_of_a_mixture_are_those_with_the_largest_weights(digit: Any) -> None:
    train = digit(5, lambda r, g: r["fresh"]).train.reshape(200, -1)
    made = 0.5 * train[:30] + 0.3 * train[30:60] + 0.2 * train[60:90]
    around = np.tile(np.arange(90), (30, 1))
    assert heaviest(made, train, around).tolist() == [[i, 30 + i, 60 + i] for i in range(30)]


@pytest.mark.parametrize("label", [1, 4])
def test_blends_of_three_are_told_and_darker_copies_are_not(digit: Any, label: int) -> None:
    """Darkening an image blends it with a dark one, and it comes from one image all the same."""
    evidence = digit(label, lambda r, g: r["fresh"])
    train, fresh = (x.reshape(len(x), -1) for x in (evidence.train, evidence.synthetic))

    def shares(made: Any) -> list[float]:
        near = np.linalg.norm(made[:, None] - train, axis=2).argsort(axis=1)[:, :50]
        return blends(made, train, near)[0].mean(axis=0).tolist()

    around = np.linalg.norm(train[:60, None] - train, axis=2).argsort(axis=1)
    assert shares(train[around[:, [0, 2, 4]]].mean(axis=1))[1] > 0.9
    assert shares(fresh) == shares(0.7 * fresh) == shares(0.7 * train[:60]) == [0, 0]


@pytest.mark.parametrize("dimmed", [1, 0.4])
def test_binary_distances_count_pixels(dimmed: float) -> None:
    """Each image is thresholded at the middle of its own range: dimmed ones too."""
    rng = np.random.default_rng(0)
    of, among = rng.random((300, 50)), rng.random((40, 50))
    of[:, :2] = among[:, :2] = (0, 1)  # the ends of the range
    expected = [sorted(np.sqrt(((a > 0.5) != (b > 0.5)).sum()) for b in among)[:3] for a in of]
    assert nearest_binary(dimmed * of, among, 3) == pytest.approx(np.array(expected))


@pytest.mark.parametrize("label", [3, 5])
def test_copies_are_told_exactly(digit: Any, score: Any, label: int) -> None:
    def half(roles: Any, rng: Any) -> Any:
        return rng.permutation(np.concatenate([roles["fresh"][:50], roles["train"][:50]]))

    metric = NearestNeighbour()
    assert score(metric, digit(label, lambda r, g: r["train"][:100])).value("copy_share") == 1
    assert score(metric, digit(label, half)).value("copy_share") == 0.5
    assert score(metric, digit(label, lambda r, g: r["fresh"])).value("copy_share") == 0
    binarised = score(metric, digit(label, lambda r, g: (r["train"][:100] > 0.5).astype(np.float32)))
    assert binarised.value("copy_share") == 1
    assert score(metric, digit(label, lambda r, g: r["train"][:100] + 0.01)).value("copy_share") == 1


def test_blends_and_repeats_are_told(digit: Any, score: Any) -> None:
    from sklearn.neighbors import NearestNeighbors

    def blends(roles: Any, rng: Any) -> Any:
        flat = roles["train"].reshape(200, -1)
        near = NearestNeighbors(n_neighbors=6).fit(flat).kneighbors(flat[:100], return_distance=False)[:, 1:]
        partner = flat[near[np.arange(100), rng.integers(5, size=100)]]
        return (flat[:100] + rng.random((100, 1)) * (partner - flat[:100])).reshape(100, 28, 28, 1)

    blended = score(NearestNeighbour(), digit(5, blends))
    assert blended.value("interpolation_share") > 0.9
    assert score(NearestNeighbour(), digit(5, lambda r, g: r["fresh"])).value("interpolation_share") < 0.02
    repeated = score(NearestNeighbour(), digit(5, lambda r, g: np.repeat(r["fresh"][:1], 100, axis=0)))
    assert repeated.value("duplicate_share") == 1
    assert repeated.value("copy_share") == 0


@pytest.mark.parametrize("metric", [NearestNeighbour(), Disguised()])
def test_near_twins_among_the_real_images_are_named_and_copies_not_judged(plane: Any, score: Any, metric: Any) -> None:
    """Fresh images of such data are as near to a training image as copies are."""
    rng = np.random.default_rng(0)
    train, new = rng.random((2, 60, 40))
    twin = score(metric, plane(new, np.concatenate([train[:5] + 0.01, rng.random((55, 40))]), train))
    first = next(iter(twin.values()))
    assert first.value is None
    assert "8% of the held-out real images are nearly the same as a training image" in first.reason
    assert next(iter(score(metric, plane(new, rng.random((60, 40)), train)).values())).value == 0


def test_too_few_images_are_not_judged(plane: Any, score: Any) -> None:
    few = score(NearestNeighbour(), plane(np.zeros((5, 2)), np.ones((5, 2)), np.ones((1, 2))))
    assert all("at least 2 training" in s.reason for s in few.values())
