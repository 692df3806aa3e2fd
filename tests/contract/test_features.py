"""The contract kit on feature spaces: what does not come back from its stored state fails."""

from __future__ import annotations

from collections.abc import Callable

import pytest

FEATURES = '''
"""Mine: the mean of each row."""

import numpy as np

from benchmark.api import Features, hookimpl


class Mine(Features):
    """The mean of each row of pixels."""

    name = space = "mine"

    def fit(self, images, labels, ctx):
        self.centre = images.mean(axis=(0, 2, 3))
        {fit}

    def transform(self, images):
        return images.mean(axis=(2, 3)).astype(np.float32) - self.centre
    {more}


@hookimpl
def bench_features():
    return [Mine]
'''


@pytest.mark.parametrize(
    ("fit", "more", "said"),
    [
        ("pass", "", ""),
        ("self.call = lambda: 0", "", "its state cannot be stored: fitted.call is of the type function"),
        ("self.wide = self.centre / 0 * 0", "", "contains NaN or infinity"),
        ("pass", "def state(self): return {}", "has no attribute 'centre'"),
        ("pass", "def restore(self, state): self.centre = state['centre'] + 1", "it gives different features"),
        ("pass", "def state(self): return {'transform': self.centre}", "is not something that a space learns"),
    ],
)
def test_features_that_do_not_come_back_from_their_state_fail(
    faults: Callable[..., dict[str, str]], fit: str, more: str, said: str
) -> None:
    source = FEATURES.replace("{fit}", fit).replace("{more}", more)
    failed = faults(source, "features", ("restored",))
    assert said in failed.get("restored", "") and bool(failed) == bool(said)
