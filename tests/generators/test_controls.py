"""The controls are what their definitions say."""

from __future__ import annotations

import numpy as np
import pytest

from benchmark.api import CannotFit, Task
from generators.blurred import Blurred
from generators.copy import Copy
from generators.noise import Noise
from generators.real import Real
from generators.repeat import Repeat
from generators.wrong_class import WrongClass

TASK = Task("mnist", 5, "5", n_real=50, n_synthetic=10, shape=(28, 28, 1), n_classes=10, seed=0)


@pytest.mark.parametrize("control", [Real, WrongClass])
def test_real_images_come_as_they_are_and_no_more_than_there_are(control, fives, context):
    made = control()
    made.fit(fives, context())
    np.testing.assert_array_equal(made.sample(60, context()), fives[:60])
    assert len(made.sample(100, context())) == 100
    with pytest.raises(CannotFit, match="101 images were requested, but there are only 100 fresh real images"):
        made.sample(101, context())


def test_blur_grows_with_the_width_and_stays_within_an_image(context):
    dot = np.zeros((2, 100, 100, 3), dtype=np.float32)
    dot[0, 50, 50] = 1
    made = Blurred()
    made.fit(dot, context())
    image, empty = made.sample(2, context())
    assert image[50, 50, 0] == pytest.approx(1 / (2 * np.pi * 2**2), rel=0.03)  # a Gaussian of 2 pixels
    assert image[..., 1].sum() == pytest.approx(1, rel=1e-3)
    assert not empty.any()


def test_which_role_and_class_each_control_sees():
    assert (Real.roles, Real.class_shift) == (("fresh",), 0)
    assert (WrongClass.roles, WrongClass.class_shift) == (("fresh",), 1)
    for control in (Copy, Noise, Repeat):
        assert (control.roles, control.class_shift) == (("train",), 0)


def test_without_another_class_there_is_no_wrong_class():
    assert WrongClass().skip(TASK) is None
    assert WrongClass().skip(Task(**vars(TASK) | {"n_classes": 1})) == "the dataset has only one class"


def test_copies_are_each_training_image_once_before_any_comes_twice(fives, context):
    copy = Copy()
    copy.fit(fives, context())
    made = copy.sample(250, context())
    where = np.array([int(np.abs(fives - image).sum(axis=(1, 2, 3)).argmin()) for image in made])
    np.testing.assert_array_equal(made, fives[where])
    assert sorted(where[:100]) == list(range(100)) == sorted(where[100:200])
    assert len(set(where[200:])) == 50
    assert where[:100].tolist() != list(range(100))  # in random order


def test_noise_has_the_mean_and_sd_of_each_pixel_and_nothing_else(context):
    real = np.random.default_rng(0).normal(0.5, [0.02, 0.1], (4000, 1, 1, 2)).astype(np.float32).reshape(4000, 1, 2, 1)
    noise = Noise()
    noise.fit(real, context())
    made = noise.sample(4000, context()).reshape(4000, 2)
    np.testing.assert_allclose(made.mean(axis=0), real.mean(axis=0).ravel(), atol=0.01)
    np.testing.assert_allclose(made.std(axis=0), real.std(axis=0).ravel(), rtol=0.05)
    assert abs(np.corrcoef(made.T)[0, 1]) < 0.1


def test_noise_and_repeat_stay_in_the_range(fives, context):
    for control in (Noise(), Repeat()):
        control.fit(fives, context())
        made = control.sample(50, context())
        assert made.min() == 0 and made.max() <= 1


def test_repeat_is_one_training_image_with_noise_of_two_percent(context):
    real = np.random.default_rng(0).uniform(0.2, 0.8, (20, 28, 28, 1)).astype(np.float32)
    repeat = Repeat()
    repeat.fit(real, context())
    made = repeat.sample(60, context())
    nearest = np.abs(real - made.mean(axis=0)).mean(axis=(1, 2, 3)).argmin()
    assert np.std(made - real[nearest]) == pytest.approx(0.02, rel=0.02)
    assert np.std(made, axis=0).mean() == pytest.approx(0.02, rel=0.05)  # each has noise of its own


def test_another_seed_repeats_another_image(context):
    real = np.random.default_rng(0).random((20, 4, 4, 1), dtype=np.float32)
    chosen = set()
    for seed in range(8):
        repeat = Repeat()
        repeat.fit(real, context(seed))
        chosen.add(repeat.image.tobytes())
    assert len(chosen) > 3
