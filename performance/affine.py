"""The bilinear warp of `affine`, compared with a loop over `scipy.ndimage.affine_transform`.

    python performance/affine.py            3,000 digits: 1 minute
    python performance/affine.py --quick    300

Both apply the same maps to the same digits, with bilinear interpolation and 0 outside the image
(`order=1, mode="grid-constant"`). The script checks that the images are equal. CPU seconds of one thread.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator

import numpy as np
from _measure import Claim, in_turn, main
from scipy import ndimage

from benchmark.api import Array, Images
from benchmark.images.real import load
from benchmark.plugins.registry import discover
from generators._warp import affine_warp

SAME = 1e-4  # the tolerance between float32 and float64


def loop(images: Images, matrices: Array, offsets: Array) -> Images:
    """Return the images, warped one by one."""
    return np.array(
        [
            ndimage.affine_transform(image[..., 0], matrix, offset, order=1, mode="grid-constant")[..., None]
            for image, matrix, offset in zip(images, matrices, offsets, strict=True)
        ]
    )


def measure(options: argparse.Namespace) -> Iterator[Claim]:
    """Yield the time of both."""
    registry, n = discover(), 300 if options.quick else 3000
    data, rng = load(registry.get("datasets", "mnist")(), None), np.random.default_rng(0)
    images = (data.raw[:n] / np.float32(255)).astype(np.float32)
    matrices = registry.get("generators", "affine")().matrices(n, rng)  # type: ignore[attr-defined]
    centre = (np.array(images.shape[1:3]) - 1) / 2
    offsets = centre - np.einsum("nij,nj->ni", matrices, centre + rng.uniform(-2, 2, (n, 2)))
    off = float(np.abs(affine_warp(images, matrices, offsets) - loop(images, matrices, offsets)).max())
    seconds = in_turn(
        {"ours": lambda: affine_warp(images, matrices, offsets), "loop": lambda: loop(images, matrices, offsets)},
        options.rounds or (1 if options.quick else 7),
    )
    note = f"{n / np.median(seconds['ours']):,.0f} images per second; largest difference {off:.1g}"
    yield Claim(
        f"affine warp, {n:,} images",
        seconds["ours"],
        "s",
        3.0,
        peer="a loop over scipy",
        peers=seconds["loop"],
        note=note,
    )
    yield Claim("affine warp, largest pixel difference from scipy", [off], "", at_most=SAME)


if __name__ == "__main__":
    sys.exit(main(measure, __doc__))
