"""Drawing training images in turn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from benchmark.api import Array


def in_turn(n: int, count: int, rng: np.random.Generator) -> Array:
    """Return `n` shuffled indices below `count`, int64 (n,); each is used once before any is used again."""
    rounds = -(-n // count)
    return np.concatenate([rng.permutation(count) for _ in range(rounds)])[:n]
