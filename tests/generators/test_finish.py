"""The finish: real tones, no crumbs, and image i does not depend on how many are made."""

from __future__ import annotations

import numpy as np

from generators._finish import Finish, crumbs


def test_the_histogram_becomes_that_of_real_images(fives):
    pale = fives**3 * 0.7
    toned = Finish.of(pale, fives)(pale)
    for share in (0.8, 0.85, 0.9, 0.95, 0.99):
        assert abs(np.quantile(toned, share) - np.quantile(fives, share)) < 0.02


def test_the_order_of_pixels_is_kept(fives):
    pale = fives * 0.5
    curve = Finish.of(pale, fives)
    values = np.linspace(0, 0.5, 50, dtype=np.float32).reshape(1, 50, 1, 1)
    assert (np.diff(np.interp(values.ravel(), curve.have, curve.want)) >= 0).all()


def test_small_components_are_crumbs_and_large_ones_are_not():
    image = np.zeros((1, 28, 28, 1), np.float32)
    image[0, 5:9, 5:9] = 1  # 16 pixels
    image[0, 20, 20:25] = 1  # 5
    found = crumbs(image)
    assert found.sum() == 5 and found[0, 20, 20:25].all()


def test_crumbs_stay_where_real_images_have_them():
    rng = np.random.default_rng(0)
    dotted = (rng.random((40, 28, 28, 1)) > 0.95).astype(np.float32)
    assert not Finish.of(dotted, dotted).clean


def test_an_image_does_not_depend_on_how_many_are_made(fives):
    curve = Finish.of(fives * 0.5, fives)
    np.testing.assert_array_equal(curve(fives * 0.5)[:3], curve(fives[:3] * 0.5))
