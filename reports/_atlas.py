"""A joint map as plain data: the coordinates of all images, and their thumbnails on one sheet."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from benchmark.api import Array, Images, Source
from reports._png import encode, is_ink, shaded
from reports._rows import HELD_OUT, Row, index

REACH = 32_000  # the largest coordinate; it fits int16
COLUMNS = 64  # images per row of the sheet
VALUES = 4_000_000  # limit for the whole sheet: images are scaled down until they fit
LEVELS = 16  # shades on the sheet: four bits


def packed(source: Source, n_real: int, joint: Mapping[str, Any]) -> dict[str, Any]:
    """Return a joint map as JSON-compatible data. Strata are [index in `src`, class, images], in the order of points.

    `proj`: little-endian int16 in base64, by name, such as 'tsne2'; `sprite`: all images in the order of points.
    """
    seed = source.report["run"]["seeds"][0]
    ids = list(dict.fromkeys(name for name, _, _ in joint["strata"]))
    return {
        "n_real": n_real,
        "seed": seed,
        "failed": joint["failed"],
        "preserved": joint["preserved"],
        "src": ids,
        "strata": [[ids.index(name), label, n] for name, label, n in joint["strata"]],
        "n": sum(n for _, _, n in joint["strata"]),
        "proj": {name: _coordinates(points) for name, points in joint["points"].items()},
        "sprite": sprite(_images(source, n_real, seed, joint["strata"])),
    }


def points_of(found: Row, projection: str) -> Array:
    """Return the coordinates of a packed map, float64 (n, dimensions) in [-1, 1]."""
    values = np.frombuffer(base64.b64decode(found["proj"][projection]), dtype="<i2")
    return values.reshape(found["n"], -1) / REACH


def rows_of(found: Row, source: str) -> Array:
    """Return the indices (int64) of the points of a packed map that belong to a source."""
    place = found["src"].index(source) if source in found["src"] else -1
    owners = np.repeat([s for s, _, _ in found["strata"]], [n for _, _, n in found["strata"]])
    return np.flatnonzero(owners == place)


def sprite(images: Images) -> dict[str, Any]:
    """Return all images on one sheet, 64 per row, without gaps; grey images take four bits per pixel."""
    tiles = _smaller(images, _factor(images.size))
    n, h, w, c = tiles.shape
    columns = min(COLUMNS, n)
    padded = np.concatenate([tiles, np.zeros((-n % columns, h, w, c), dtype=tiles.dtype)])
    canvas = padded.reshape(-1, columns, h, w, c).swapaxes(1, 2).reshape(-1, columns * w, c)
    png = encode(np.rint(canvas * (LEVELS - 1)).astype(np.uint8), depth=4) if c == 1 else encode(shaded(canvas))
    return {"png": png, "columns": columns, "height": h, "width": w, "ink": is_ink(images)}


def _factor(size: int) -> int:
    """Return by how much images with this many numbers are scaled down."""
    factor = 1
    while size / factor**2 > VALUES:
        factor += 1
    return factor


def _smaller(images: Images, factor: int) -> Images:
    """Return the means of square blocks; leftover pixels at the right and bottom edges are dropped."""
    n, h, w, c = images.shape
    factor = min(factor, h, w)
    cut = images[:, : h - h % factor, : w - w % factor]
    blocks = cut.reshape(n, h // factor, factor, w // factor, factor, c)
    means: Images = blocks.mean(axis=(2, 4))
    return means


def _coordinates(points: Array) -> str:
    """Return the points centred and scaled so that the largest coordinate is `REACH`."""
    points = np.asarray(points, dtype=np.float64)
    centred = points - (points.max(axis=0) + points.min(axis=0)) / 2
    scaled = np.rint(centred / (np.abs(centred).max() or 1) * REACH).astype("<i2")
    return base64.b64encode(scaled.tobytes()).decode()


def _images(source: Source, n_real: int, seed: int, strata: Sequence[tuple[str, int, int]]) -> Images:
    cells = index(source.report["cells"], "configuration", "class", "n_real", "seed")
    parts, count = [], sum(n for _, _, n in strata)
    for name, label, n in strata:
        held_out = name == HELD_OUT["id"]
        found = (
            source.real(label, "held_out", n_real, seed)
            if held_out
            else source.samples(cells[name, label, n_real, seed]["cell"])
        )
        parts.append(_smaller(found[:n], _factor(count * found[:1].size)))  # all at full size may not fit into memory
    return np.concatenate(parts)
