"""The memory of a job: what it has for itself counts, mapped images do not."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from benchmark.executors import tree

MIB = 2**20


def test_mapped_images_do_not_count_towards_the_limit_of_a_job(tmp_path: Path) -> None:
    """A run over 50,000 photographs maps 10 GB in each of its processes, whose limit is 8."""
    np.save(tmp_path / "images.npy", np.ones((64, MIB), np.uint8))
    before = tree.resident([os.getpid()])
    mapped = np.load(tmp_path / "images.npy", mmap_mode="r")
    assert mapped.sum() == 64 * MIB
    assert tree.resident([os.getpid()]) - before < 16 * MIB
    own = np.array(mapped)
    assert tree.resident([os.getpid()]) - before > 60 * MIB
    assert own.any()
    assert tree.resident([2**22 + 1]) == 0
