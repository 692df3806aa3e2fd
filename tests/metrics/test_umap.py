"""UMAP: embedded together, the same map every time, and loaded without TensorFlow."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from metrics._joint import map_shares
from metrics.umap import Umap

LOAD = """
import importlib.util, sys
from benchmark.evidence.embedding.umap import PARAMETRIC, load
assert load().__name__ == "UMAP"
assert load() is sys.modules["umap"].UMAP
assert PARAMETRIC not in sys.modules            # whoever wants it may still import it
assert importlib.util.find_spec("umap.parametric_umap") is not None
print(sorted({"tensorflow", "keras", "torch"} & set(sys.modules)))
"""
MAP = """
import numpy as np
from benchmark.evidence.embedding import embed
rng = np.random.default_rng(0)
features = np.concatenate([rng.normal(0, 1, (8, 5)), rng.normal(20, 1, (8, 5))]).astype(np.float32)
one = embed(features, "umap", (2,))[2].points
near = np.linalg.norm(one[:, None] - one[None], axis=2).argsort(axis=1)[:, 1]
print(one.shape, one.dtype, ((near < 8) == (np.arange(16) < 8)).all())
"""


@pytest.mark.slow("compiles umap-learn")
def test_overlap_is_that_of_the_map_that_is_kept(plane: Any, score: Any) -> None:
    rng = np.random.default_rng(0)
    real = rng.normal(0, 1, (50, 5))
    same = score(Umap(images=40), plane(rng.normal(0, 1, (50, 5)), real))
    apart = score(Umap(images=40), plane(rng.normal(9, 1, (50, 5)), real))
    assert same.value("umap_overlap") > 0.6
    assert apart.value("umap_overlap") < 0.25
    embedded = apart.kept["umap_2d"]
    assert embedded.shape == (80, 2)
    assert embedded.dtype == np.float32
    assert 0 < apart.kept["umap_2d_quality"].item() <= 1  # neighbours that were kept; a KL is for t-SNE alone
    made, held_out = embedded[:40].mean(axis=0), embedded[40:].mean(axis=0)
    assert np.linalg.norm(embedded[:40] - made, axis=1).mean() < np.linalg.norm(held_out - made)


@pytest.mark.slow("compiles umap-learn")
def test_the_same_map_every_time(plane: Any, score: Any) -> None:
    rng = np.random.default_rng(0)
    evidence = plane(rng.random((20, 4)), rng.random((20, 4)))
    assert np.array_equal(score(Umap(), evidence).kept["umap_2d"], score(Umap(), evidence).kept["umap_2d"])


def test_two_clouds_are_two_on_the_map_without_the_compiler(tmp_path: Path) -> None:
    """As above, of 16 images, in plain Python: what the fast suite has of UMAP."""
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1"}
    command = [sys.executable, "-c", MAP]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=240)
    assert done.stdout.strip() == "(16, 2) float32 True", done.stderr


def test_shares_on_a_map_by_hand() -> None:
    """On a line: the first set at 0, 1, 5; the second at 2, 6. The two nearest of each, by eye."""
    made, real = map_shares(np.array([[0.0], [1.0], [5.0], [2.0], [6.0]]), 3, 2)
    # 0: 1m, 2r; 1: 0m, 2r; 5: 6r, 2r - of which 2 of 4 others; 2: 1m, 0m; 6: 5m, 2r - of which 3 of 4 others
    assert made.tolist() == [1, 1, 2]
    assert np.allclose(real, [4 / 3, 2 / 3])


@pytest.mark.slow("imports umap-learn in a new interpreter")
@pytest.mark.with_extras
def test_tensorflow_stays_out(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", LOAD], cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"
    assert not done.stderr


def test_too_few_images_are_not_judged(plane: Any, score: Any) -> None:
    assert score(Umap(), plane(np.zeros((9, 2)), np.ones((9, 2))))["umap_overlap"].value is None
