"""Affine: training images, slightly rotated, shifted, scaled and sheared."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from benchmark.api import Array, Context, Generator, Images, hookimpl
from generators._draw import in_turn
from generators._warp import affine_warp


@dataclass
class Affine(Generator):
    """Training images, each randomly rotated, shifted, scaled and sheared about its centre.

    Each quantity is drawn uniformly and independently for every synthetic image; the training images are used in turn.
    """

    name = "affine"
    label = "Affine"
    light = True
    tags = ("baseline",)
    source = "Simard, Steinkraus and Platt: Best practices for convolutional neural networks, ICDAR 2003, section 2"

    rotation: float = field(default=10.0, metadata={"min": 0, "max": 180, "help": "maximum rotation, in degrees"})
    shift: float = field(
        default=2.0, metadata={"min": 0, "max": 1e4, "help": "maximum shift along each axis, in pixels"}
    )
    scale: float = field(default=0.1, metadata={"min": 0, "below": 1, "help": "scaled by 1 - scale to 1 + scale"})
    shear: float = field(default=0.0, metadata={"min": 0, "below": 90, "help": "maximum shear, in degrees"})

    def fit(self, real: Images, ctx: Context) -> None:
        """Keep the training images (n, h, w, c)."""
        self.real = real

    def sample(self, n: int, ctx: Context) -> Images:
        """Return `n` warped images."""
        images = self.real[in_turn(n, len(self.real), ctx.rng)]
        matrices = self.matrices(n, ctx.rng)
        centre = (np.array(images.shape[1:3]) - 1) / 2
        moved = centre + ctx.rng.uniform(-self.shift, self.shift, (n, 2))
        return affine_warp(images, matrices, centre - np.einsum("nij,nj->ni", matrices, moved))

    def matrices(self, n: int, rng: np.random.Generator) -> Array:
        """Draw `n` maps (n, 2, 2) from positions in the result to positions in the image, relative to the centre."""
        turn = np.deg2rad(rng.uniform(-self.rotation, self.rotation, n))
        slant = np.tan(np.deg2rad(rng.uniform(-self.shear, self.shear, n)))
        scale = rng.uniform(1 - self.scale, 1 + self.scale, n)
        cos, sin = np.cos(turn), np.sin(turn)
        rotations = np.array([[cos, sin], [-sin, cos]])
        slants = np.array([[np.ones(n), np.zeros(n)], [slant, np.ones(n)]])
        maps: Array = np.einsum("ijn,jkn->nik", slants, rotations) / scale[:, None, None]
        return maps


@hookimpl
def bench_generators() -> list[type[Generator]]:
    """Register Affine."""
    return [Affine]
