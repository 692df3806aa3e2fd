"""What tests of generators share: a context, and some real digits."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from benchmark.api import Context, Images
from benchmark.images.real import RealData
from benchmark.images.roles import Sizes

Made = Callable[..., Context]


@pytest.fixture
def context() -> Made:
    """Return what makes a context of a seed: `context()`, `context(1)`."""
    return lambda seed=0: Context(np.random.default_rng(seed))


@pytest.fixture(scope="session")
def fives(mnist: RealData) -> Images:
    """One hundred training images of the digit 5."""
    return mnist.roles(5, 0, Sizes(train=100, held_out=100))["train"]
