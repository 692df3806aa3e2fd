"""Embeddings: features that the user computed elsewhere, read from files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from benchmark.api import Array, CannotFit, Context, Features, Images, InputError, Labels, hookimpl


@dataclass
class Embeddings(Features):
    """The user's own features of all images, given by `bench score --embeddings REAL,FAKE`; nothing is computed.

    Images that were made here, such as the controls noise and blurred, have none: measures that need them are not
    judged.
    """

    name = "embeddings"

    key: str = field(default="", metadata={"help": "set by --embeddings: a hash of all images and their features"})
    width: int = field(default=0, metadata={"help": "set by --embeddings: the number of features"})

    def fit(self, images: Images, labels: Labels, ctx: Context) -> None:
        """Do nothing."""

    def transform(self, images: Images) -> Array:
        """Return float32 (0, width) of no images. Raises CannotFit: images that were given are not asked for."""
        if len(images):
            raise CannotFit(f"{len(images)} images have no embeddings: they were made here")
        return np.empty((0, self.width), dtype=np.float32)

    def state(self) -> Mapping[str, Any]:
        """Return nothing: nothing is learned."""
        return {}

    def identity(self) -> str:
        """Return a hash of all images and their features. Raises InputError if they were not given."""
        if not self.key:
            raise InputError(
                "embeddings need --embeddings REAL,FAKE in bench score: .npy or .npz files, in this order."
            )
        return f"embeddings-{self.key}"

    @property
    def space(self) -> str:
        """`embeddings-1a2b3c4d`, with the first digits of the hash."""
        return self.identity()[:19]


@hookimpl
def bench_features() -> list[type[Features]]:
    """Register the user's embeddings."""
    return [Embeddings]
