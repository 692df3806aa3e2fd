"""The global random generators, which no plugin may touch, because the numbers of other cells would depend on it."""

from __future__ import annotations

import pickle
import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from benchmark.testing._subject import Fault


@contextmanager
def unchanged() -> Iterator[None]:
    """Raise Fault if the enclosed code draws from, or seeds, a global random generator."""
    before = _states()
    yield
    after = _states()
    touched = [name for name, state in before.items() if state is not None and after[name] != state]
    if touched:
        raise Fault(f"the global random generator of {', '.join(touched)} was used; draw from ctx.rng")


def stir() -> None:
    """Draw from each of them, so that it is noticed if the same seed is set again."""
    random.random()
    np.random.random()  # noqa: NPY002
    if torch := sys.modules.get("torch"):
        torch.rand(1)


def _states() -> dict[str, Any]:
    torch, context = sys.modules.get("torch"), sys.modules.get("tensorflow.python.eager.context")
    return {
        "Python": random.getstate(),
        "numpy": pickle.dumps(np.random.get_state(legacy=False)),  # noqa: NPY002
        "torch": torch.random.get_rng_state().tolist() if torch else None,
        "TensorFlow": context.global_seed() if context else None,
    }
