"""UMAP, by umap-learn, loaded without TensorFlow."""

from __future__ import annotations

import sys
import warnings
from typing import Any

import numpy as np

from benchmark.api import Array

SEED = 0  # fixed: UMAP is deterministic then, on one thread
PARAMETRIC = "umap.parametric_umap"


def umap(features: Array, dims: int, neighbors: int = 15) -> Array:
    """Return the map float32 (n, dims) of features (n, d); 15 neighbours, least distance .1 (McInnes et al. 2018)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of other libraries' coming changes
        reducer = load()(min(neighbors, len(features) - 1), n_components=dims, random_state=SEED, n_jobs=1)
        return np.asarray(reducer.fit_transform(features), dtype=np.float32)


def load() -> Any:
    """Import and return the class UMAP, without TensorFlow.

    `import umap` takes TensorFlow in wherever it is installed, by a module that we do not use, and does without where
    that module cannot be imported: so it cannot, until the import is done.
    """
    if "umap" in sys.modules:
        return sys.modules["umap"].UMAP
    sys.modules[PARAMETRIC] = None  # type: ignore[assignment]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that TensorFlow is not installed
            from umap import UMAP
    finally:
        del sys.modules[PARAMETRIC]
    return UMAP
