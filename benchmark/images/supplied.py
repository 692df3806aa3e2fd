"""Images that were made elsewhere, wrapped as a generator that returns the images it was given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from benchmark.api import Context, Generator, Images
from benchmark.images.image_set import ImageSet


@dataclass
class Given(Generator):
    """Images that were made elsewhere."""

    name = "given"
    light = True

    sha256: str = ""  # of the images of all classes, so that different images make a different cell
    images: Mapping[int, ImageSet] = field(init=False, repr=False, compare=False, default_factory=dict)
    path: Path = field(init=False, repr=False, compare=False, default=Path())
    files: Mapping[int, tuple[str, ...]] = field(init=False, repr=False, compare=False, default_factory=dict)

    def fit(self, real: Images, ctx: Context) -> None:
        """Keep the images (n, h, w, c). They take the place of the training images here."""
        self.real = real

    def sample(self, n: int, ctx: Context) -> Images:
        """Return the first `n` of the images."""
        return self.real[:n]
