"""UMAP from umap-learn, loaded without TensorFlow."""

from __future__ import annotations

import sys
import warnings
from typing import Any

import numpy as np

from benchmark.api import Array

SEED = 0  # with a fixed seed and one thread, UMAP is deterministic
PARAMETRIC = "umap.parametric_umap"


def umap(features: Array, dims: int, neighbors: int = 15) -> Array:
    """Return the map of features (n, d), float32 (n, dims); 15 neighbours, min_dist .1 (McInnes et al. 2018)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # deprecation warnings of other libraries
        reducer = load()(min(neighbors, len(features) - 1), n_components=dims, random_state=SEED, n_jobs=1)
        return np.asarray(reducer.fit_transform(features), dtype=np.float32)


def load() -> Any:
    """Import and return the class UMAP, without TensorFlow.

    `import umap` imports TensorFlow if it is installed, through a module that we do not use. If that module cannot be
    imported, umap works without it, so the module is blocked until the import is done.
    """
    if "umap" in sys.modules:
        return sys.modules["umap"].UMAP
    sys.modules[PARAMETRIC] = None  # type: ignore[assignment]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the warning that TensorFlow is not installed
            from umap import UMAP
    finally:
        del sys.modules[PARAMETRIC]
    return UMAP
