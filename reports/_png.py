"""Sheets of small images as base64 PNG, for `data:` addresses, without an imaging library."""

from __future__ import annotations

import base64
import struct
import zlib
from typing import Any, Literal

import numpy as np

from benchmark.api import Array, Images

LEVELS = 32  # shades kept: halves the bytes without a visible difference
MANY, FEW = 2**23, 64  # numbers above which only a few images are looked at, and how many
COLOUR_TYPES = {1: 0, 2: 4, 3: 2, 4: 6}


def is_ink(real: Images) -> bool:
    """Return whether images are light strokes on a dark background, which the page shows as ink on paper."""
    some = real if real.size <= MANY else real[:FEW]
    return real.shape[-1] == 1 and float(some.mean()) < 0.5


def sheet(images: Images, columns: int, *, ink: bool, gap: int = 2) -> dict[str, Any]:
    """Lay images (n, h, w, c) out in rows; return {"png": base64, "width", "height"}.

    Gaps are black if the images are ink (the page's blending turns them into paper), transparent otherwise.
    """
    return laid_out(shaded(images) if ink else with_alpha(images), columns, gap)


def laid_out(tiles: Array, columns: int, gap: int) -> dict[str, Any]:
    """Lay uint8 tiles (n, h, w, channels) out in rows; return {"png": base64, "width", "height"}."""
    n, h, w, c = tiles.shape
    rows = -(-n // columns)
    canvas = np.zeros((rows * (h + gap) - gap, columns * (w + gap) - gap, c), dtype=np.uint8)
    for i, tile in enumerate(tiles):
        y, x = i // columns * (h + gap), i % columns * (w + gap)
        canvas[y : y + h, x : x + w] = tile
    return {"png": encode(canvas), "width": canvas.shape[1], "height": canvas.shape[0]}


def pairs(images: Images, partners: Images, *, ink: bool, below: bool = False) -> Images:
    """Put each image's partner next to it or below it, at 62% strength."""
    paler = partners * np.float32(0.62) if ink else 1 - (1 - partners) * np.float32(0.62)
    return np.concatenate([images, paler], axis=1 if below else 2)


def shaded(images: Images) -> Array:
    """Return images in [0, 1] as uint8 with `LEVELS` shades."""
    levels = np.rint(np.clip(images, 0, 1) * (LEVELS - 1))
    return np.rint(levels * (255 / (LEVELS - 1))).astype(np.uint8)


def with_alpha(images: Images) -> Array:
    """Return uint8 images with an opaque alpha channel."""
    tiles = shaded(images)
    return np.concatenate([tiles, np.full_like(tiles[..., :1], 255)], axis=3)


def encode(canvas: Array, depth: Literal[4, 8] = 8) -> str:
    """Return uint8 (height, width, 1 to 4 channels) as a PNG in base64. With depth 4, values are grey from 0 to 15."""
    height, width, channels = canvas.shape
    lines = canvas.reshape(height, -1)
    if depth == 4:
        even = np.concatenate([lines, np.zeros((height, width % 2), dtype=np.uint8)], axis=1)
        lines = even[:, ::2] << 4 | even[:, 1::2]
    lines = np.concatenate([np.zeros((height, 1), dtype=np.uint8), lines], axis=1)
    header = struct.pack(">IIBBBBB", width, height, depth, COLOUR_TYPES[channels], 0, 0, 0)
    png = b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header)
    png += _chunk(b"IDAT", zlib.compress(lines.tobytes(), 9)) + _chunk(b"IEND", b"")
    return base64.b64encode(png).decode()


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
