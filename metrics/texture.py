"""Texture: how plausible are the edges of each synthetic image, by place and direction, among real ones?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

import numpy as np

from benchmark.api import Array, Context, Evidence, Images, Measure, Metric, Score, hookimpl
from metrics._blocks import row_blocks
from metrics._density import clipped_radii, relative, share
from metrics._limits import FLAT, contrast, grey
from metrics._scores import not_judged

K, AROUND = 3, 10
CELLS, DIRECTIONS = 4, 8  # cells per side of an image, and directions of edges per cell
FAINT = 0.003  # edges fainter than this, on average over a cell and relative to the contrast, hardly count


class Texture(Metric):
    """Clipped Density of synthetic images S among held-out images H, in the space of gradient histograms.

    Formula: the gradient of an image is taken by central differences, in units of the contrast of H (the median
    difference between an image's brightest and darkest pixel). Its magnitude is shared between the two nearest of 8
    directions (mod 180 degrees) and averaged over 4 x 4 cells that overlap by half (triangular weights). The features
    are the square roots of these 128 averages plus .003: the root lets faint noise on an empty background count next to
    strong edges, and the constant limits how much. In this space, an image's share is that of Clipped Density with k =
    3 (see `clipped`), divided by the mean share of its 10 nearest held-out images (at least 1/3), at most 1: an unusual
    kind of real images is thinner, not less plausible. `texture_density` is the mean over S divided by the mean over H,
    at most 1. It is one-sided: genuine images of a narrow kind are as plausible as all of them.

    Colour adds the same histograms for what each channel differs from their mean; grey images in three channels score
    as in one. The unit makes the score independent of the brightness of the dataset.
    Shapes: images (n, h, w, c) of both, from 2 x 2 pixels. Range [0, 1], higher is better.
    Per image: `texture`, the relative share of each synthetic image, in [0, 1]: how plausible it is.
    Source: histograms after Dalal, Triggs: Histograms of oriented gradients for human detection, 2005, without their
    normalisation of blocks; Clipped Density after Salvy, Talbot, Thirion 2026, section 4.
    Failing control: none needed, since 0 means that no image is plausible; noise reads 0.
    Blind to copies, to a lack of variety, to fine blur (.5 px: .83 to .94) and to other brightness: `tone` sees both.
    Cost: .2 s at n = 500 and 28 x 28 pixels. Smallest n: 50.
    """

    name = "texture"
    source = "Dalal and Triggs 2005 (histograms); Salvy, Talbot and Thirion 2026, section 4 (Clipped Density)"
    measures = (
        Measure(
            "texture_density",
            "higher",
            "plausibility of the edges of synthetic images among held-out ones, relative to that of held-out images",
            aspect="realistic",
            zero=0.0,
            space="pixels",
            smallest_n=50,
        ),
    )

    def score(self, evidence: Evidence, ctx: Context) -> Mapping[str, Score]:
        """Score the balls around the histograms of H: how many contain each s, and each h apart from its own."""
        if min(evidence.count("held_out"), evidence.count("synthetic")) <= K:
            return not_judged(self.measures, f"needs more than {K} each of synthetic and held-out images")
        unit = contrast(evidence)
        if unit == 0:
            return not_judged(self.measures, FLAT)
        made, real = plausible(*(evidence.over(r, partial(histograms, unit=unit)) for r in ("synthetic", "held_out")))
        ctx.per_image("texture", made)
        return {"texture_density": Score.of_means(relative, made, real, rng=ctx.rng)}


def histograms(images: Images, unit: float) -> Array:
    """Return the features of images (n, h, w, c), float64 (n, planes * 128), or fewer below 8 x 8 pixels."""
    found = [_histograms(plane / unit) for plane in _planes(images)]
    return np.asarray(np.sqrt(np.concatenate(found, axis=1) + FAINT))


def _planes(images: Images) -> Iterator[Array]:
    """Yield the mean of the channels and, in colour, the differences of the channels from it, each (n, h, w)."""
    mean = grey(images)
    yield mean
    if images.shape[-1] > 1:
        for channel in range(images.shape[-1]):
            yield images[..., channel] - mean


def _histograms(plane: Array) -> Array:
    framed = np.pad(plane, ((0, 0), (1, 1), (1, 1)), mode="edge")
    down = (framed[:, 2:, 1:-1] - framed[:, :-2, 1:-1]) / 2
    across = (framed[:, 1:-1, 2:] - framed[:, 1:-1, :-2]) / 2
    strength = np.hypot(down, across)
    direction = np.mod(np.arctan2(down, across), np.pi) / np.pi * DIRECTIONS
    rows, columns = (_cells(side) for side in plane.shape[1:])
    found = []
    for each in range(DIRECTIONS):
        apart = np.abs(direction - each)
        near = 1 - np.minimum(apart, DIRECTIONS - apart)
        found.append(rows.T @ (strength * near.clip(0)) @ columns)
    return np.stack(found, axis=1).reshape(len(plane), -1)


def _cells(side: int) -> Array:
    """Return the weights of the pixels of a side in its cells, (side, cells); those of a cell add up to 1."""
    cells = max(1, min(CELLS, side // 2))
    centres = (np.arange(cells) + 0.5) * side / cells
    weights = 1 - np.abs(np.arange(side)[:, None] + 0.5 - centres) * cells / side
    return np.asarray(weights.clip(0) / weights.clip(0).sum(axis=0))


def plausible(made: Array, real: Array) -> tuple[Array, Array]:
    """Return the contributions of both sets, (n,) and (m,), in [0, 1], from features (n, d) and (m, d)."""
    near = min(AROUND, len(real) - 1)
    to_k = [np.partition(apart, K - 1, axis=1)[:, K - 1] for apart in _distances(real, real, own=True)]
    radii = clipped_radii(np.concatenate(to_k))
    found = []
    for of, own in ((made, False), (real, True)):
        inside, around = [], []
        for apart in _distances(of, real, own=own):
            inside.append((apart <= radii).sum(axis=1))
            around.append(np.argpartition(apart, near - 1, axis=1)[:, :near])
        found.append((share(np.concatenate(inside), K), np.concatenate(around)))
    (there, around_made), (dense, around_real) = found
    return _locally(there, around_made, dense), _locally(dense, around_real, dense)


def _distances(of: Array, real: Array, *, own: bool) -> Iterator[Array]:
    """Yield the distances of some rows of `of` (n, d) to all of `real`; own: without those of a row to itself."""
    from scipy.spatial.distance import cdist

    for rows in row_blocks(len(of), len(real)):
        apart = cdist(of[rows], real)
        if own:
            apart[np.arange(len(apart)), np.arange(len(real))[rows]] = np.inf
        yield apart


def _locally(found: Array, around: Array, dense: Array) -> Array:
    """Return shares (n,) relative to those of the nearest held-out images, at most 1."""
    usual = dense[around].mean(axis=1)
    return np.asarray(np.minimum(found / np.maximum(usual, 1 / K), 1))


@hookimpl
def bench_metrics() -> list[type[Metric]]:
    """Register the density of gradient histograms."""
    return [Texture]
