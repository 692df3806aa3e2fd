"""Affine: the warp is scipy's, and each quantity stays in its range."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from generators._warp import affine_warp
from generators.affine import Affine

STILL = {"rotation": 0.0, "shift": 0.0, "scale": 0.0, "shear": 0.0}


@pytest.mark.parametrize("shape", [(28, 28, 1), (7, 11, 3), (1, 1, 1), (1, 5, 3)])
def test_the_warp_is_that_of_scipy(shape):
    rng = np.random.default_rng(0)
    images = rng.random((300, *shape)).astype(np.float32)  # more than a chunk
    matrices = np.eye(2) + rng.normal(0, 0.3, (300, 2, 2))
    offsets = rng.normal(0, 4, (300, 2))
    made = affine_warp(images, matrices, offsets)
    for i in [*range(0, 300, 17), 255, 256, 299]:
        for channel in range(shape[2]):
            expected = ndimage.affine_transform(
                images[i, :, :, channel].astype(np.float64), matrices[i], offsets[i], order=1, mode="grid-constant"
            )
            np.testing.assert_allclose(made[i, :, :, channel], expected, atol=1e-5)


def test_an_image_far_outside_is_black():
    images = np.ones((2, 4, 4, 1), dtype=np.float32)
    offsets = np.array([[1e6, 0.0], [0.0, -1e6]])
    assert not affine_warp(images, np.tile(np.eye(2), (2, 1, 1)), offsets).any()


def test_without_any_range_the_training_images_come_back_in_turn(fives, context):
    affine = Affine(**STILL)
    affine.fit(fives, context())
    made = affine.sample(200, context())
    where = [int(np.abs(fives - image).sum(axis=(1, 2, 3)).argmin()) for image in made]
    np.testing.assert_allclose(made, fives[where], atol=1e-5)
    assert np.bincount(where).tolist() == [2] * 100


def test_rotation_turns_by_up_to_its_degrees_both_ways():
    maps = Affine(**STILL | {"rotation": 10.0}).matrices(2000, np.random.default_rng(0))
    degrees = np.rad2deg(np.arctan2(maps[:, 0, 1], maps[:, 0, 0]))
    np.testing.assert_allclose(np.einsum("nij,nkj->nik", maps, maps), np.tile(np.eye(2), (2000, 1, 1)), atol=1e-12)
    assert -10 <= degrees.min() < -9.9 and 9.9 < degrees.max() <= 10


def test_scale_enlarges_by_its_range():
    maps = Affine(**STILL | {"scale": 0.1}).matrices(2000, np.random.default_rng(0))
    factor = 1 / maps[:, 0, 0]
    np.testing.assert_allclose(maps, np.eye(2) / factor[:, None, None])
    assert 0.9 <= factor.min() < 0.901 and 1.099 < factor.max() <= 1.1


def test_shear_slants_columns_by_rows_and_keeps_rows():
    maps = Affine(**STILL | {"shear": 20.0}).matrices(2000, np.random.default_rng(0))
    degrees = np.rad2deg(np.arctan(maps[:, 1, 0]))
    np.testing.assert_allclose(maps[:, [0, 0, 1], [0, 1, 1]], np.tile([1.0, 0.0, 1.0], (2000, 1)))
    assert -20 <= degrees.min() < -19.8 and 19.8 < degrees.max() <= 20


def test_shift_moves_each_way_by_up_to_its_pixels(context):
    real = np.zeros((1, 15, 21, 1), dtype=np.float32)
    real[0, 7, 10, 0] = 1
    affine = Affine(**STILL | {"shift": 2.0})
    affine.fit(real, context())
    centres = np.array([ndimage.center_of_mass(image[..., 0]) for image in affine.sample(1000, context())]) - [7, 10]
    assert np.abs(centres).max() <= 2.001
    assert (np.ptp(centres, axis=0) > 3.9).all()
    assert abs(np.corrcoef(centres.T)[0, 1]) < 0.1  # one axis says nothing of the other


def test_the_centre_of_the_image_stays_where_it_is(context):
    real = np.zeros((1, 15, 21, 1), dtype=np.float32)
    real[0, 7, 10, 0] = 1
    affine = Affine(rotation=180.0, shift=0.0, scale=0.5, shear=30.0)
    affine.fit(real, context())
    np.testing.assert_allclose(affine.sample(50, context())[:, 7, 10, 0], 1, atol=1e-4)


def test_the_image_itself_is_enlarged_by_the_scale(context):
    real = np.zeros((1, 28, 28, 1), dtype=np.float32)
    real[0, 10:18, 10:18, 0] = 1
    affine = Affine(**STILL | {"scale": 0.4})
    affine.fit(real, context())
    area = affine.sample(300, context()).sum(axis=(1, 2, 3)) / 64
    assert 0.33 < area.min() < 0.42  # .6 squared; the inverse map would give .51 to 2.8
    assert 1.85 < area.max() < 2.05
