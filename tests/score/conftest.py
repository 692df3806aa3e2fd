"""What the tests of `bench score` share: images of MNIST that no training split has, and the quickest metrics."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmark.data import RealData

FAST = ("-m", "mixing,classifier,strokes,nearest_neighbour", "--quiet")


def save(folder: Path, images: np.ndarray) -> Path:
    """Write bytes (n, h, w, 1) as PNG files."""
    folder.mkdir(parents=True, exist_ok=True)
    for i, image in enumerate(images):
        Image.fromarray(image[..., 0]).save(folder / f"{i}.png")
    return folder


def table(folder: Path) -> dict[tuple[str, str, str], dict[str, str]]:
    """Return the rows of scores.csv by configuration, class and measure."""
    with (folder / "scores.csv").open(newline="", encoding="utf-8") as file:
        return {(row["config"], row["class"], row["measure"]): row for row in csv.DictReader(file)}


@pytest.fixture(scope="session")
def fives(mnist: RealData) -> np.ndarray:
    """892 fives that no training split has, uint8 (n, 28, 28, 1)."""
    return mnist.raw_test[mnist.test_labels == 5]


@pytest.fixture
def folder(tmp_path: Path, fives: np.ndarray) -> Callable[[int], Path]:
    """Write so many of them as PNG files."""
    return lambda n: save(tmp_path / "fives", fives[:n])
