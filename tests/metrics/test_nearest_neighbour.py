"""Copies, blends and repeats: by hand, and on real digits."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from metrics._copies import nearest_binary, to_segments
from metrics.disguised import Disguised
from metrics.nearest_neighbour import NearestNeighbour


def test_five_points_by_hand(plane: Any, score: Any) -> None:
    """Training at (0,0), (4,0), (0,9). Held-out are 2, 2 and 4 away: the median is 2, copies are nearer than 1."""
    train, real = [[0, 0], [4, 0], [0, 9]], [[0, -2], [4, -2], [0, 13]]
    made = [[0, 0], [0, 0.5], [2, 0], [2, 0.2], [9, 9]]
    scores = score(NearestNeighbour(), plane(made, real, train))
    assert scores.value("copy_share") == pytest.approx(2 / 5)  # (0,0) and (0,.5)
    assert scores.value("duplicate_share") == pytest.approx(4 / 5)  # all but (9,9) have another within 1
    assert scores.value("interpolation_share") == pytest.approx(3 / 5)  # (0,.5), (2,0), (2,.2), not (0,0)
    distances = np.sqrt([0, 0.25, 4, 4.04, 81])
    assert scores.value("dcr_median") == pytest.approx(np.median(distances) / 2)
    assert scores.kept["nearest_train"].tolist()[:2] == [0, 0]
    assert np.allclose(scores.kept["nearest_distance"], distances)
    for column, share in (("copy", 2), ("duplicate", 4), ("blended", 3)):
        assert scores.kept[column].sum() == share


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
