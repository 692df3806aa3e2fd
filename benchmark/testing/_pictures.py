"""Real images for checks, of any size: bright strokes on a dark background."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from benchmark.api import Images

N_REAL = 220


def strokes(shape: tuple[int, int, int], n: int = N_REAL, seed: int = 5, slant: float = 0.0) -> Images:
    """Return float32 (n, *shape) in [0, 1]: one straight, roughly upright stroke each, no two the same.

    slant: radians by which all strokes are turned, so that classes can be told apart.
    """
    rng = np.random.default_rng(seed)
    height, width, channels = shape
    y, x = (np.arange(size) / max(size - 1, 1) - 0.5 for size in (height, width))
    angle = slant + rng.normal(0, 0.25, (n, 1, 1))
    across = x * np.cos(angle) + y[:, None] * np.sin(angle) - rng.normal(0, 0.1, (n, 1, 1))
    along = y[:, None] * np.cos(angle) - x * np.sin(angle)
    thick, long = rng.uniform(0.06, 0.14, (2, n, 1, 1)) * [[[[1.0]]], [[[3.0]]]]
    bright = np.exp(-((across / thick) ** 2) - (np.abs(along) / long) ** 6)
    colour = rng.uniform(0.5, 1, (n, 1, 1, channels))
    return np.asarray(np.clip(bright[..., None] * colour + rng.uniform(0, 0.02, (n, *shape)), 0, 1), dtype=np.float32)
