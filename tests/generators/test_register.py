"""Registration: moments are what they say, warping agrees with them, and it switches itself off."""

from __future__ import annotations

import numpy as np
import pytest

from generators._register import Frame, moments


def blob(row, column, tall, wide, slant, size=40):
    """A Gaussian blob of known moments, as an image (1, size, size, 1)."""
    grid = np.indices((size, size), dtype=float)
    down = grid[0] - row
    aside = grid[1] - column - slant * down
    return np.exp(-((down / tall) ** 2 + (aside / wide) ** 2) / 2)[None, :, :, None].astype(np.float32)


def test_the_moments_of_a_known_blob():
    found = moments(blob(18.0, 21.0, 4.0, 2.5, 0.3))[0]
    np.testing.assert_allclose(found, [18.0, 21.0, np.log(4.0), np.log(2.5), 0.3], atol=0.01)


def test_registered_images_have_the_median_moments(fives):
    frame = Frame.of(fives)
    registered, own = frame.register(fives)
    spread = moments(registered).std(axis=0)
    assert (spread < 0.5 * own.std(axis=0)).all()
    assert registered.var(axis=0).sum() < 0.8 * fives.var(axis=0).sum()


def test_there_and_back_again(fives):
    frame = Frame.of(fives)
    back = frame.restore(*frame.register(fives))
    apart = np.sqrt(((back - fives) ** 2).mean())
    assert apart < 0.4 * np.sqrt(((fives - fives.mean(axis=0)) ** 2).mean())  # two bilinear warps blur


@pytest.mark.parametrize(
    "images",
    [
        np.random.default_rng(0).random((30, 12, 12, 1)).astype(np.float32),  # no empty ground
        np.ones((1, 28, 28, 1), np.float32) * 0.05,  # one image
        np.random.default_rng(0).random((30, 2, 2, 1)).astype(np.float32) * 0.1,  # nothing but ground, and tiny
    ],
    ids=["texture", "one", "tiny"],
)
def test_it_is_off_where_moments_mean_nothing(images):
    frame = Frame.of(images)
    registered, own = frame.register(images)
    assert own.shape == (len(images), 0)
    np.testing.assert_array_equal(registered, images)
    np.testing.assert_array_equal(frame.restore(images, own), images)


def test_it_is_off_for_garments_that_all_stand_alike():
    rng = np.random.default_rng(1)
    shirts = np.zeros((50, 28, 28, 1), np.float32)
    shirts[:, 6:22, 8:20] = rng.random((50, 16, 12, 1)) * 0.8 + 0.2  # one outline, another pattern each
    assert Frame.of(shirts).moments is None
