"""What every light generator promises, whichever it is: found by name, so that a new one is tested too."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from benchmark.parameters import parameters_of
from benchmark.plugins import discover

LIGHT = {name: plugin for name, plugin in discover().generators.items() if plugin.light}
SHAPES = [(28, 28, 1), (5, 9, 3), (1, 1, 1)]


def real_images(shape):
    return np.random.default_rng(5).random((220, *shape), dtype=np.float32)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("name", LIGHT)
def test_any_shape_goes_and_no_training_image_is_changed(name, shape, context):
    real = real_images(shape)
    before = real.copy()
    generator = LIGHT[name]()
    generator.fit(real, context())
    made = generator.sample(20, context())
    assert made.shape == (20, *shape)
    assert made.dtype.kind == "f" and np.isfinite(made).all()
    np.testing.assert_array_equal(real, before)


@pytest.mark.parametrize("name", LIGHT)
def test_the_same_seed_makes_the_same_images(name, context):
    def make(seed):
        generator = LIGHT[name]()
        generator.fit(real_images((6, 6, 1)), context(seed))
        return generator.sample(20, context(seed + 100))

    state = np.random.get_state()[1].copy()     # noqa: NPY002 - nobody may touch the global generator
    np.testing.assert_array_equal(make(1), make(1))
    np.testing.assert_array_equal(np.random.get_state()[1], state)     # noqa: NPY002
    if name not in ("real", "wrong-class"):
        assert (make(1) != make(2)).any()


@pytest.mark.parametrize("name", LIGHT)
def test_a_fitted_generator_can_be_pickled(name, context):
    generator = LIGHT[name]()
    generator.fit(real_images((6, 6, 1)), context())
    again = pickle.loads(pickle.dumps(generator))
    np.testing.assert_array_equal(again.sample(5, context()), generator.sample(5, context()))


@pytest.mark.parametrize("name", discover().generators)
def test_every_parameter_is_explained(name):
    for parameter in parameters_of(discover().generators[name]).values():
        assert parameter.help, parameter.name
