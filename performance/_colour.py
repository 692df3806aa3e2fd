"""Colour sets for the scripts here: shapes, and digits, on grounds cut from two photographs.

    python performance/_colour.py FOLDER    writes shapes.npz and digits.npz

The photographs come with scikit-learn (CC BY 2.0, see its `load_sample_images`). Each ground is a crop of random
place and size, turned over or not, with another colour balance. `digits` follows MNIST-M (Ganin et al.: Domain-
adversarial training of neural networks, 2016, section 5.2.4): the difference of ground and digit.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from benchmark.api import Array, Images
from benchmark.plugins.registry import discover

SIDE = 32  # pixels
EACH = 2500  # images per class
SHAPES = ("circle", "square", "triangle")
DIGITS = (3, 5, 8)


def grounds(n: int, rng: np.random.Generator) -> Images:
    """Return crops of the photographs, float32 (n, SIDE, SIDE, 3) in [0, 1]."""
    from PIL import Image
    from sklearn.datasets import load_sample_images

    photos = [Image.fromarray(photo) for photo in load_sample_images().images]
    made = np.empty((n, SIDE, SIDE, 3), dtype=np.float32)
    for each in made:
        photo = photos[rng.integers(len(photos))]
        size = int(rng.integers(2 * SIDE, 8 * SIDE))
        left, top = rng.integers(photo.width - size), rng.integers(photo.height - size)
        crop = photo.resize((SIDE, SIDE), Image.Resampling.BOX, (left, top, left + size, top + size))
        turned = np.asarray(crop, dtype=np.float32)[:, :: rng.choice([-1, 1])] / 255
        each[:] = turned * rng.uniform(0.7, 1.0, 3)
    return made


def shape(kind: str, rng: np.random.Generator) -> Array:
    """Return how much of each pixel a shape of random place, size and direction covers, float32 (SIDE, SIDE)."""
    from PIL import Image, ImageDraw

    large = Image.new("L", (4 * SIDE, 4 * SIDE))
    draw, (x, y) = ImageDraw.Draw(large), rng.uniform(1.6, 2.4, 2) * SIDE
    radius, turn = rng.uniform(0.8, 1.4) * SIDE, rng.uniform(0, 2 * np.pi)
    if kind == "circle":
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    else:
        corners = turn + np.arange(4 if kind == "square" else 3) * 2 * np.pi / (4 if kind == "square" else 3)
        draw.polygon([(x + radius * np.cos(a), y + radius * np.sin(a)) for a in corners], fill=255)
    return np.asarray(large.resize((SIDE, SIDE), Image.Resampling.BOX), dtype=np.float32) / 255


def shapes(rng: np.random.Generator) -> tuple[Array, Array]:
    """Return uint8 (n, SIDE, SIDE, 3) and the index of the shape in each, (n,)."""
    labels = np.repeat(np.arange(len(SHAPES)), EACH)
    made = grounds(len(labels), rng)
    for image, label in zip(made, labels, strict=True):
        cover = shape(SHAPES[label], rng)[..., None]
        image[:] = image * (1 - cover) + rng.uniform(0, 1, 3) * cover
    return np.round(255 * made).astype(np.uint8), labels


def digits(rng: np.random.Generator) -> tuple[Array, Array]:
    """Return uint8 (n, SIDE, SIDE, 3) and the digit in each, (n,)."""
    data = discover().get("datasets", "mnist")().load(None)
    chosen = np.concatenate([np.flatnonzero(data.labels == digit)[:EACH] for digit in DIGITS])
    made = np.round(255 * grounds(len(chosen), rng)).astype(np.int16)
    edge = (SIDE - data.images.shape[1]) // 2
    digits = np.pad(data.images[chosen], ((0, 0), (edge, edge), (edge, edge), (0, 0)))
    return np.abs(made - digits).astype(np.uint8), data.labels[chosen]


def main(folder: Path) -> None:
    """Write both sets."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, make in enumerate((shapes, digits)):
        images, labels = make(np.random.default_rng(number))
        np.savez_compressed(folder / f"{make.__name__}.npz", images=images, labels=labels)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
