"""Pixels: the images themselves, flattened."""

from __future__ import annotations

import numpy as np

from benchmark.api import Array, Context, Features, Images, Labels, hookimpl


class Pixels(Features):
    """The images themselves, flattened to (n, height * width * channels). Nothing is fitted."""

    name = "pixels"

    def fit(self, images: Images, labels: Labels, ctx: Context) -> None:
        """Do nothing."""

    def transform(self, images: Images) -> Array:
        """Return float32 (n, height * width * channels)."""
        return np.asarray(images, dtype=np.float32).reshape(len(images), -1)

    @property
    def space(self) -> str:
        """`pixels`."""
        return "pixels"


@hookimpl
def bench_features() -> list[type[Features]]:
    """Register the pixels."""
    return [Pixels]
