"""What the tests of `bench score` share: real images that no training split has, and the quickest metrics."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmark.images.real import RealData

FAST = ("-m", "mixing,classifier,strokes,nearest_neighbour", "--map-points", "0", "--quiet")


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
    """892 fives of MNIST's test split, uint8 (n, 28, 28, 1)."""
    return mnist.raw_test[mnist.test_labels == 5]


@pytest.fixture(scope="session")
def small(digits: RealData) -> np.ndarray:
    """36 fives of 8x8 that are set aside for testing, float32 (n, 8, 8, 1) in [0, 1]."""
    return digits.raw_test[digits.test_labels == 5]
