"""Without `--train`, a copy of any real image that was given is a copy, also of one that is set aside for testing."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from benchmark.images.real import RealData
from benchmark.plan.for_score import make
from benchmark.plan.plan import Plan
from benchmark.plugins.registry import discover
from benchmark.settings import ScoreSettings

from .conftest import save


@pytest.fixture
def plan(tmp_path: Path, small: np.ndarray) -> Plan:
    np.save(tmp_path / "fake.npy", small)
    return make(ScoreSettings(fake=(str(tmp_path / "fake.npy"),), dataset="digits", classes="5"), discover())


def test_the_images_set_aside_for_testing_are_searched_for_copies(plan: Plan, digits: RealData) -> None:
    """`digits` has no test split: without the fifth that is set aside, a fifth of all copies pass for new."""
    (n_real,) = plan.sizes
    sizes, data = plan.sizes[n_real], plan.data
    train, itself = data.roles(5, 0, sizes)["train"], data.itself(5, 0, sizes)
    every = np.concatenate([digits.raw[digits.labels == 5], digits.raw_test[digits.test_labels == 5]])
    assert n_real == len(train) == len(every)
    assert {image.tobytes() for image in train} == {image.tobytes() for image in every}
    assert np.array_equal(train[itself["held_out"]], data.roles(5, 0, sizes)["held_out"])
    found = itself["test"]
    assert np.array_equal(train[found[data.test_labels == 5]], data.test[data.test_labels == 5])
    assert (found[data.test_labels != 5] == -1).all()
    assert any("those set aside for testing included, 182 real images per class" in note for note in plan.notes)


def test_a_split_that_came_with_the_data_stays_apart(tmp_path: Path, fives: np.ndarray) -> None:
    np.save(tmp_path / "fake.npy", fives[:100])
    plan = make(ScoreSettings(fake=(str(tmp_path / "fake.npy"),), dataset="mnist", classes="5"), discover())
    assert list(plan.sizes) == [5421]
    assert "test" not in plan.data.itself(5, 0, plan.sizes[5421])


@pytest.mark.slow("scores 200 copies of 400 digits: 20 s")
def test_copies_of_a_real_folder_are_not_original(bench, tmp_path: Path, mnist: RealData) -> None:
    own = mnist.raw[mnist.members(5)[:400]]
    real, fake = save(tmp_path / "real" / "five", own).parent, save(tmp_path / "fake", own[::2])
    save(real / "three", mnist.raw[mnist.members(3)[:400]])
    bench("score", fake, "--real", real, "--class", "five", "--map-points", "0", "--no-report", "--quiet")
    (verdict,) = json.loads((bench.folder / "bench-results" / "summary.json").read_text())["verdicts"]
    assert verdict["aspects"]["original"]["score"] <= 0.02


def test_as_many_images_are_scored_as_there_are_if_asked(tmp_path: Path, fives: np.ndarray) -> None:
    """1,000 per class is only the default, and the report says how to get more."""
    images = np.concatenate([fives, 255 - fives])
    np.save(tmp_path / "fake.npy", images)
    options = {"fake": (str(tmp_path / "fake.npy"),), "dataset": "mnist", "classes": "5", "as_is": True}
    plan = make(ScoreSettings(**options), discover())
    assert [sizes.held_out for sizes in plan.sizes.values()] == [1000]
    assert any("1,000 of 1,784 images of class 5 were sampled (seed 0; to score more" in note for note in plan.notes)
    plan = make(ScoreSettings(**options, n_synthetic=10**5), discover())
    assert [sizes.held_out for sizes in plan.sizes.values()] == [1784]
