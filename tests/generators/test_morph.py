"""Demons bend one image into another, and morphs are new images of the class."""

from __future__ import annotations

import numpy as np

from generators._demons import displaced, fields
from generators._morphs import smooth_noise
from generators.elastic import Elastic
from generators.morph import Morph


def square(top, left, size=28):
    image = np.zeros((1, size, size, 1), np.float32)
    image[0, top : top + 8, left : left + 8] = 1
    return image


def test_a_field_bends_one_image_into_the_other():
    moving, fixed = square(9, 9), square(10, 11)
    before = np.abs(moving - fixed).sum()
    after = np.abs(displaced(moving, fields(moving, fixed)) - fixed).sum()
    assert after < 0.4 * before


def test_no_displacement_changes_nothing_and_a_whole_one_shifts():
    image = square(9, 9)
    field = np.zeros((1, 2, 28, 28), np.float32)
    np.testing.assert_array_equal(displaced(image, field), image)
    field[:, 0] = 3  # look three rows below
    np.testing.assert_array_equal(displaced(image, field), square(6, 9))


def test_smooth_noise_has_the_sd_that_it_says():
    field = smooth_noise(200, (28, 28), np.random.default_rng(0))
    assert abs(field.std() - 1) < 0.05
    assert np.abs(np.diff(field, axis=3)).mean() < 0.3


def test_with_no_reach_and_no_elastic_only_moments_change(fives, context):
    still = Morph(reach=0.0, elastic=0.0)
    still.fit(fives, context())
    made, _ = still.morphs.draw(20, np.random.default_rng(0))
    among = still.morphs.images
    nearest = np.abs(made[:, None] - among[None]).max(axis=(2, 3, 4)).min(axis=1)
    assert nearest.max() < 1e-6


def test_elastic_of_no_strength_copies(fives, context):
    copier = Elastic(strength=0.0)
    copier.fit(fives, context())
    made = copier.sample(len(fives), context())
    assert sorted(map(float, made.sum(axis=(1, 2, 3)))) == sorted(map(float, fives.sum(axis=(1, 2, 3))))
