"""The steps of a registration, compiled by numba: images are displaced, their tones fitted, displacements corrected."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

from benchmark.api import Array

THICK = 0.02  # how stiff the width of strokes is, relative to its own variance
WEAKEST = 0.2  # smallest contrast of an image relative to the one it is registered to
LEAST = 0.3  # share of pixels that must be seen of both images
TINY = 1e-6

compiled = numba.njit(cache=True, nogil=True, error_model="numpy", fastmath={"reassoc", "contract", "arcp", "nsz"})


@compiled
def descend(  # noqa: PLR0913, PLR0917 - compiled code takes arrays
    padded: Array,
    chosen: Array,
    found: Array,
    rows: Array,
    columns: Array,
    template: Array,
    inverse: Array,
    penalty: Array,
    steps: int,
) -> Array:
    """Register images to a template, and return the share of each one's variance that is left, float32 (k,).

    padded: float32 (n, h + 2, w + 2), images whose edge is repeated. chosen: int64 (k,), which of them. found: float32
    (k, 2, d, d), the coefficients by row and column; they are changed in place. rows, columns: float32 (d, h), (d, w),
    the polynomials. template: float32 (4, h, w), the image, its slopes down and right, and their size. inverse: float32
    (2 d^2, 2 d^2). penalty: float32 (2, d, d).
    """
    degree, height, width = rows.shape[0], rows.shape[1], columns.shape[1]
    left = np.empty(len(chosen), np.float32)
    seen, inside = np.empty((height, width), np.float32), np.empty((height, width), np.float32)
    down, right = np.empty(width, np.float32), np.empty(width, np.float32)
    part, change = np.empty((2, degree, width), np.float32), np.empty((2, degree, degree), np.float32)
    for i in range(len(chosen)):
        image, at = padded[chosen[i]], found[i]
        for step in range(steps + 1):
            _multiply(at, columns, part)
            for y in range(height):
                _displacement(rows[:, y], part, down, right)
                _sample(image, y, down, right, seen[y], inside[y])
            contrast, left[i] = _tone(seen, inside, template)
            if step < steps:
                _project(seen, template, rows, part)
                _transform(part, columns, change)
                change /= contrast
                change += penalty * at
                _correct(at.reshape(-1), change.reshape(-1), inverse)
        if inside.mean() < LEAST:
            left[i] = 1
    return left


@compiled
def _multiply(at: Array, columns: Array, part: Array) -> None:
    """Write at (2, d, d) @ columns (d, w) to part (2, d, w)."""
    for d in range(part.shape[0]):
        for a in range(part.shape[1]):
            part[d, a] = 0
            for b in range(part.shape[1]):
                for x in range(part.shape[2]):
                    part[d, a, x] += at[d, a, b] * columns[b, x]


@compiled
def _displacement(row: Array, part: Array, down: Array, right: Array) -> None:
    """Write the displacement of one row of pixels (w,), from the polynomials at it (d,)."""
    down[:], right[:] = 0, 0
    for a in range(len(row)):
        for x in range(len(down)):
            down[x] += row[a] * part[0, a, x]
            right[x] += row[a] * part[1, a, x]


@compiled
def _sample(image: Array, y: int, down: Array, right: Array, seen: Array, inside: Array) -> None:
    """Write the image at one row of displaced positions (w,), bilinear, and whether each is inside; 0 if it is not."""
    height, width = np.float32(image.shape[0] - 2), np.float32(image.shape[1] - 2)
    one, half, edge = np.float32(1), np.float32(0.5), np.float32(0.99)
    for x in range(len(seen)):
        row, column = np.float32(y) + down[x], np.float32(x) + right[x]
        within = (row >= -half) & (column >= -half) & (row <= height - half) & (column <= width - half)
        row = min(max(row + one, np.float32(0)), height + edge)
        column = min(max(column + one, np.float32(0)), width + edge)
        above, before = np.int32(row), np.int32(column)
        row -= np.float32(above)
        column -= np.float32(before)
        upper, lower = image[above, before], image[above + 1, before]
        upper += column * (image[above, before + 1] - upper)
        lower += column * (image[above + 1, before + 1] - lower)
        inside[x] = one if within else np.float32(0)
        seen[x] = (upper + row * (lower - upper)) * inside[x]


@compiled
def _tone(seen: Array, inside: Array, template: Array) -> tuple[Any, Any]:
    """Solve for contrast, width of strokes and brightness; return the contrast, and the share of the variance left.

    seen (h, w) becomes what is left of it.
    """
    image, slope = template[0], template[3]
    products, sides, sums = np.zeros(6), np.zeros(3), np.zeros(2)
    for y in range(seen.shape[0]):
        tt = tg = t = gg = g = n = st = sg = s = ss = np.float32(0)
        for x in range(seen.shape[1]):
            value, there, tone, steep = seen[y, x], inside[y, x], image[y, x], slope[y, x]
            tt += there * tone * tone
            tg += there * tone * steep
            t += there * tone
            gg += there * steep * steep
            g += there * steep
            n += there
            st += value * tone
            sg += value * steep
            s += value
            ss += value * value
        products[0] += tt
        products[1] += tg
        products[2] += t
        products[3] += gg
        products[4] += g
        products[5] += n
        sides[0] += st
        sides[1] += sg
        sides[2] += s
        sums[0] += ss
    count = max(products[5], 1.0)
    solved = _solved(products, sides)
    contrast, width, bright = np.float32(max(solved[0], WEAKEST)), np.float32(solved[1]), np.float32(solved[2])
    for y in range(seen.shape[0]):
        row = np.float32(0)
        for x in range(seen.shape[1]):
            left = seen[y, x] - inside[y, x] * (contrast * image[y, x] + width * slope[y, x] + bright)
            seen[y, x] = left
            row += left * left
        sums[1] += row
    return contrast, min(sums[1] / max(sums[0] - sides[2] * sides[2] / count, TINY), 1.0)


@compiled
def _solved(products: Array, sides: Array) -> tuple[float, float, float]:
    """Solve the symmetric 3 x 3 system of the tones by Cramer's rule, the width of strokes being stiff."""
    a, b, c, e, f = products[0] + TINY, products[1], products[2], products[3], products[4]
    d, g = e * (1 + THICK) + TINY, products[5] + TINY
    p, q, r = d * g - f * f, c * f - b * g, b * f - c * d
    whole = a * p + b * q + c * r
    x = p * sides[0] + q * sides[1] + r * sides[2]
    y = q * sides[0] + (a * g - c * c) * sides[1] + (b * c - a * f) * sides[2]
    z = r * sides[0] + (b * c - a * f) * sides[1] + (a * d - b * b) * sides[2]
    return x / whole, y / whole, z / whole


@compiled
def _project(rest: Array, template: Array, rows: Array, part: Array) -> None:
    """Write to part (2, d, w) what is left (h, w) times the slopes of the template, summed over rows of polynomials."""
    part[:] = 0
    for y in range(rest.shape[0]):
        for a in range(rows.shape[0]):
            for x in range(rest.shape[1]):
                part[0, a, x] += rows[a, y] * rest[y, x] * template[1, y, x]
                part[1, a, x] += rows[a, y] * rest[y, x] * template[2, y, x]


@compiled
def _transform(part: Array, columns: Array, change: Array) -> None:
    """Write part (2, d, w) times the polynomials of columns (d, w) to change (2, d, d)."""
    for d in range(part.shape[0]):
        for a in range(part.shape[1]):
            for b in range(part.shape[1]):
                total = np.float32(0)
                for x in range(part.shape[2]):
                    total += part[d, a, x] * columns[b, x]
                change[d, a, b] = total


@compiled
def _correct(at: Array, change: Array, inverse: Array) -> None:
    """Subtract change (m,) @ inverse (m, m) from coefficients (m,)."""
    for j in range(len(change)):
        for k in range(len(at)):
            at[k] -= change[j] * inverse[j, k]
