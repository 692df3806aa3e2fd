"""t-SNE: embedded together, the first half synthetic, and small sets refused."""

from __future__ import annotations

from typing import Any

import numpy as np

from metrics.tsne import Tsne


def test_overlap_is_that_of_the_map_that_is_kept(plane: Any, score: Any) -> None:
    rng = np.random.default_rng(0)
    real = rng.normal(0, 1, (50, 5))
    same = score(Tsne(perplexity=8, images=40), plane(rng.normal(0, 1, (50, 5)), real))
    apart = score(Tsne(perplexity=8, images=40), plane(rng.normal(9, 1, (50, 5)), real))
    for d in (2, 3):
        assert same.value(f"tsne_overlap_{d}d") > 0.6
        assert apart.value(f"tsne_overlap_{d}d") < 0.25
        embedded = apart.kept[f"tsne_{d}d"]
        assert embedded.shape == (80, d)
        assert embedded.dtype == np.float32
        preserved, kl = apart.kept[f"tsne_{d}d_quality"]
        assert 0 < preserved <= 1
        assert kl > 0
        made, held_out = embedded[:40].mean(axis=0), embedded[40:].mean(axis=0)
        assert np.linalg.norm(embedded[:40] - made, axis=1).mean() < np.linalg.norm(held_out - made)


def test_the_same_map_every_time(plane: Any, score: Any) -> None:
    rng = np.random.default_rng(0)
    evidence = plane(rng.random((20, 4)), rng.random((20, 4)))
    one, two = score(Tsne(), evidence), score(Tsne(), evidence)
    assert np.array_equal(one.kept["tsne_3d"], two.kept["tsne_3d"])


def test_too_few_images_are_not_judged(plane: Any, score: Any) -> None:
    assert all(s.value is None for s in score(Tsne(), plane(np.zeros((9, 2)), np.ones((9, 2)))).values())
