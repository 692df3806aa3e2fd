"""Tables of all pairs are made in blocks: with small ones, the scores are the same, so memory costs no accuracy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from benchmark.api import Metric
from metrics import _blocks
from metrics.c_t import Ct
from metrics.fld import Fld
from metrics.kernel_distance import KernelDistance
from metrics.rke import Rke
from metrics.texture import Texture


@pytest.mark.parametrize("metric", [KernelDistance, Rke, Fld, Ct, Texture])
def test_small_blocks_give_the_same_scores(
    digit: Any, score: Any, metric: type[Metric], monkeypatch: pytest.MonkeyPatch
) -> None:
    evidence = digit(5, lambda roles, rng: roles["fresh"])
    whole = {name: found.value for name, found in score(metric(), evidence).items()}
    monkeypatch.setattr(_blocks, "NUMBERS", 700)
    assert {name: found.value for name, found in score(metric(), evidence).items()} == pytest.approx(whole, rel=1e-9)


def test_blocks_cover_all_rows_and_fit() -> None:
    blocks = list(_blocks.row_blocks(10_001, 50_000))
    assert sum(rows.stop - rows.start for rows in blocks) == 10_001
    assert max(rows.stop - rows.start for rows in blocks) * 50_000 <= _blocks.NUMBERS
    assert np.array_equal(_blocks.spread(10, 4), [0, 2, 5, 7])
    assert np.array_equal(_blocks.spread(3, 4), [0, 1, 2])
