"""Copies in disguise: what is counted by hand, and training images that were moved, warped or mixed with new ones."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import ndimage

from benchmark.audits.disguises import DISGUISES, moved
from metrics import _probes, disguised
from metrics._excess import Matches, best, excess
from metrics._registration import Registration
from metrics.disguised import Disguised


def test_the_smaller_excess_counts() -> None:
    """Half the pool is training images. Over decoys: .5 - .1 = .4; over held-out images: (.5 - .1) / (1 - .1) = 4/9."""
    assert excess(np.array(0.5), np.array(0.1), 0.2, 0.5) == pytest.approx(0.4)
    assert excess(np.array(0.5), np.array(0.0), 0.2, 0.5) == pytest.approx(4 / 9)
    assert excess(np.array(0.5), np.array(0.1), 0.2, 0.75) == pytest.approx(0.2)  # three training images to a decoy
    assert excess(np.array(0.2), np.array(0.3), 0.5, 0.5) == 0


def test_close_matches_are_copies_only_if_training_images_win() -> None:
    """All held-out images match at a distance of 1 or more, and 20 of 100 synthetic ones at 0."""
    rng = np.random.default_rng(0)
    distance, source = 1 + rng.random(100), np.arange(100)
    held_out = Matches(1 + rng.random(100), source, source % 2 == 0)
    distance[:20] = 0
    mixed = Matches(distance, source, source % 2 == 0)
    copies = Matches(distance, source, (source < 20) | (source % 2 == 0))
    one = Matches(distance, np.where(source < 20, 0, source), copies.trained)  # one training image is near everything
    assert best({"a": copies}, {"a": held_out}, 0.5).share == pytest.approx(0.2, abs=0.01)
    assert best({"a": copies}, {"a": held_out}, 0.5).p < 0.001
    for innocent in (mixed, one, held_out):
        found = best({"a": innocent}, {"a": held_out}, 0.5)
        assert found.share == 0
        assert found.p > 0.01


def test_registration_undoes_what_was_done(mnist: Any) -> None:
    images = ndimage.gaussian_filter(mnist.test[:12], (0, 0.7, 0.7, 0))
    matrix, offset = np.array([[1.0, 0.0], [0.1, 0.95]]), np.array([0.5, -1.0])
    (changed,) = moved(images[:1], matrix[None], offset[None])[..., 0]
    registration = Registration(images[..., 0])
    starts = np.repeat(registration.start(np.eye(2), np.zeros(2))[None], 12, axis=0)
    left, finer, least, found = registration.match(0.5 * changed, np.arange(12), starts)
    assert left.argmin() == 0
    assert finer[least.argmin()] == 0
    assert least.min() < 0.05 < np.sort(least)[1]
    whole, bent = registration.displacement(found[None])
    assert bent[0] < 0.5 < whole[0]


@pytest.mark.parametrize("name", ["shifted 2 px", "gamma .6"])
def test_disguised_copies_are_found_and_new_images_with_the_same_change_are_not(
    digit: Any, score: Any, name: str
) -> None:
    change = DISGUISES[name]
    copied = score(Disguised(), digit(5, lambda r, g: change(r["train"][:100], g)))
    assert copied.value("copied_share") > 0.95
    assert copied.value("copied_p") < 0.001
    assert copied.kept["copied"].mean() > 0.9
    assert (copied.kept["match"] == np.arange(100)).mean() > 0.95
    assert (copied.kept["moved"].mean() > 1) == name.startswith("shifted")
    new = score(Disguised(), digit(5, lambda r, g: change(r["fresh"], g)))
    assert new.value("copied_share") == 0
    assert new.value("copied_p") > 0.01
    assert new.kept["copied"].mean() <= 0.03


def test_a_memoriser_of_three_in_ten_reads_three_tenths(digit: Any, score: Any) -> None:
    def some(roles: Any, rng: Any) -> Any:
        return DISGUISES["sheared .2"](np.concatenate([roles["train"][:30], roles["fresh"][30:]]), rng)

    found = score(Disguised(), digit(3, some))
    assert found.value("copied_share") == pytest.approx(0.3, abs=0.06)
    low, high = np.quantile(found["copied_share"].draws, [0.025, 0.975])
    assert low < 0.3 < high


def test_small_images_are_compared_by_pixels_alone(plane: Any, score: Any) -> None:
    rng = np.random.default_rng(0)
    train, held_out = rng.random((60, 3)), rng.random((60, 3))
    found = score(Disguised(), plane(train[:40] + 1e-4, held_out[:40], train))
    assert found.value("copied_share") == 1
    assert set(found.kept["moved"]) == {0}
    assert found["turned_recognised"].reason == "needs images of at least 8 x 8 pixels"


def test_without_two_images_of_each_nothing_is_judged(plane: Any, score: Any) -> None:
    few = score(Disguised(), plane(np.zeros((5, 2)), np.ones((5, 2)), np.ones((1, 2))))
    assert all("at least 2 training" in s.reason for s in few.values())


@pytest.mark.parametrize(("label", "hidden"), [(1, True), (3, False)])
def test_a_one_that_was_warped_is_another_one(digit: Any, score: Any, label: int, hidden: bool) -> None:
    """What can be found is a property of the real images: new ones of the class are enough to tell."""
    found = score(Disguised(), digit(label, lambda r, g: r["fresh"][:20]))
    assert found.value("turned_recognised") > 0.9
    evidence = digit(label, lambda r, g: r["fresh"][:20])
    evidence.train = evidence.train[::-1]
    other = score(Disguised(), evidence)  # whichever order they come in
    assert {n: v.value for n, v in other.items() if "rec" in n} == {n: v.value for n, v in found.items() if "rec" in n}
    assert (found.value("warped_recognised") < 0.5) == hidden


def test_probes_are_changed_and_still_images(digit: Any) -> None:
    train = digit(3, lambda r, g: r["fresh"]).train
    rng = np.random.default_rng(0)
    for change in _probes.DISGUISES.values():
        made = change(train[:9], rng)
        assert made.min() >= 0 and made.max() <= 1
        assert made.shape == train[:9].shape
        assert 0.2 < np.linalg.norm(made - train[:9]) / np.linalg.norm(train[:9]) < 1.2


def test_held_out_images_are_matched_once_for_all_sets_of_a_cell(digit: Any, monkeypatch: Any) -> None:
    called: list[int] = []
    detect = disguised.detect
    monkeypatch.setattr(disguised, "detect", lambda images, *rest: called.append(len(images)) or detect(images, *rest))
    monkeypatch.setattr(disguised, "_KEPT", {})
    one, two = (digit(6, lambda r, g, n=n: r["fresh"][:n]) for n in (30, 20))
    first, again = disguised.search(one)[0], disguised.search(two)[0]
    assert called == [100, 30, 20]
    assert first is again
    two.held_out = two.held_out[::-1]
    two._kept.clear()
    disguised.search(two)
    assert called[3:] == [100, 20]  # in another order they are matched anew
