"""Smooth registration: how much of an image is left unexplained once another one was deformed into it?"""

from __future__ import annotations

import numpy as np

from benchmark.api import Array

DEGREE = 5  # of the polynomials in each direction, that a displacement is made of
LINEAR = 0.05  # how stiff shifts and linear maps are, relative to degree 1; degree d is d^2
THICK = 0.02  # how stiff the width of strokes is, relative to its own variance
WEAKEST = 0.2  # smallest contrast of an image relative to the one it is registered to
LEAST = 0.3  # share of pixels that must be seen of both images
TINY = 1e-6
STIFF, SUPPLE = (0.01, 4), (0.0005, 8)  # stiffness, and the number of steps
FINE = 6  # images that are registered a second time, supple


class Registration:
    """Deforms images (n, h, w) into others by displacements that are polynomials of the position, by Gauss-Newton.

    Minimised is |v (f(x + u(x)) - g t(x) - s |grad t|(x) - o)|^2 + stiffness |c|^2: the image f (h, w), displaced by
    u = sum of c times products of Legendre polynomials, against the template t (h, w) with contrast g, wider or
    narrower strokes s and brightness o, over the pixels v that lie inside both. g, s and o are solved for exactly in
    each step, and the gradient of t stands for that of f, so that its normal matrix is inverted only once.
    Source: Lucas and Kanade 1981 with the inverse compositional gradient of Baker and Matthews 2004, section 3.2;
    widths as a tangent as in Simard, Le Cun and Denker 1993.
    """

    def __init__(self, images: Array) -> None:
        height, width = self.shape = images.shape[1:]
        vander = np.polynomial.legendre.legvander
        rows, columns = vander(np.linspace(-1, 1, height), DEGREE), vander(np.linspace(-1, 1, width), DEGREE)
        self.terms = (DEGREE + 1) ** 2
        self.basis = np.einsum("ya,xb->abyx", rows, columns).reshape(self.terms, -1).astype(np.float32)
        degrees = np.add.outer(np.arange(DEGREE + 1), np.arange(DEGREE + 1)).ravel()
        self.linear = degrees <= 1
        self.stiff = np.tile(np.where(self.linear, LINEAR, degrees**2.0), 2).astype(np.float32)
        self.grid = np.indices(self.shape, dtype=np.float32).reshape(2, 1, -1)
        self.padded = np.pad(_unit(images), ((0, 0), (1, 1), (1, 1)), mode="edge").ravel()

    def start(self, matrix: Array, offset: Array) -> Array:
        """Return the coefficients (2, terms) of the displacement that maps x to matrix @ x + offset from the centre."""
        size = DEGREE + 1
        slopes = (matrix - np.eye(2)) * (np.array(self.shape) - 1) / 2
        found = np.zeros((2, size, size), dtype=np.float32)
        found[:, 0, 0], found[:, 1, 0], found[:, 0, 1] = offset, slopes[:, 0], slopes[:, 1]
        return found.reshape(2, -1)

    def match(self, template: Array, chosen: Array, starts: Array) -> tuple[Array, Array, Array, Array]:
        """Register the images `chosen`, int64 (k,), to a template (h, w), from coefficients (k, 2, terms).

        Return the share of the variance that is left after a stiff registration (k,), which images were then registered
        again (FINE,), what is left there (FINE,), and the coefficients (2, terms) of the best of these.
        """
        template = _unit(template[None])[0]
        slopes = np.gradient(template)
        jacobian = np.concatenate([slope.reshape(1, -1) * self.basis for slope in slopes])
        normal = (jacobian @ jacobian.T).astype(np.float64)
        tones = np.stack([template, np.hypot(*slopes), np.ones_like(template)]).reshape(3, -1)
        left, found = self._fit(chosen, starts.reshape(len(chosen), -1), jacobian, normal, tones, *STIFF)
        top = np.argsort(left, kind="stable")[:FINE]
        least, finer = self._fit(chosen[top], found[top], jacobian, normal, tones, *SUPPLE)
        return left, chosen[top], least, finer[least.argmin()].reshape(2, -1)

    def displacement(self, found: Array) -> tuple[Array, Array]:
        """Return the root mean square of displacements (n, 2, terms) in pixels, and of what is not linear in them."""
        bent = np.where(self.linear, 0, found)
        whole, rest = (np.sqrt(np.square(c @ self.basis).sum(axis=1).mean(axis=1)) for c in (found, bent))
        return whole, rest

    def _fit(
        self, chosen: Array, found: Array, jacobian: Array, normal: Array, tones: Array, stiffness: float, steps: int
    ) -> tuple[Array, Array]:
        """Return the share of the variance that is left (k,), and the coefficients (k, 2 * terms)."""
        penalty = np.float32(stiffness) * self.stiff
        inverse = np.linalg.inv(normal + np.diag(penalty)).astype(np.float32)
        products = (tones[:, None] * tones).reshape(9, -1)
        for step in range(steps + 1):
            seen, inside = self._displaced(chosen, found)
            contrast, rest, left = _toned(seen, inside, tones, products)
            if step < steps:
                found = found - ((rest / contrast[:, None]) @ jacobian.T + penalty * found) @ inverse
        left[inside.mean(axis=1) < LEAST] = 1
        return left, found

    def _displaced(self, chosen: Array, found: Array) -> tuple[Array, Array]:
        """Return the images (k, h * w) at displaced positions, bilinear, and where these are inside (k, h * w)."""
        height, width = self.shape
        at = (found.reshape(-1, self.terms) @ self.basis).reshape(len(chosen), 2, -1)
        row, column = at[:, 0] + self.grid[0], at[:, 1] + self.grid[1]
        inside = (row >= -0.5) & (column >= -0.5) & (row <= height - 0.5) & (column <= width - 0.5)
        row, column = (np.minimum(np.maximum(x + 1, 0), n + 0.99) for x, n in ((row, height), (column, width)))
        above, before = row.astype(np.int32), column.astype(np.int32)
        row -= above
        column -= before
        corner = (chosen * ((height + 2) * (width + 2)))[:, None] + above * (width + 2) + before
        upper, lower = self.padded.take(corner), self.padded.take(corner + (width + 2))
        upper += column * (self.padded.take(corner + 1) - upper)
        lower += column * (self.padded.take(corner + (width + 3)) - lower)
        upper += row * (lower - upper)
        upper *= inside
        return upper, inside.astype(np.float32)


def _toned(seen: Array, inside: Array, tones: Array, products: Array) -> tuple[Array, Array, Array]:
    """Return the contrast (k,), the residuals (k, h * w) and their share of the variance (k,) under the best tones."""
    normal = (inside @ products.T).reshape(-1, 3, 3).astype(np.float64)
    count = np.maximum(normal[:, 2, 2], 1)
    normal[:, 1, 1] *= 1 + THICK
    normal += TINY * np.eye(3)
    solved = np.linalg.solve(normal, (seen @ tones.T).astype(np.float64)[..., None])[..., 0].astype(np.float32)
    solved[:, 0] = np.maximum(solved[:, 0], WEAKEST)
    rest = seen - inside * (solved @ tones)
    variance = np.einsum("ij,ij->i", seen, seen) - seen.sum(axis=1) ** 2 / count
    left = np.einsum("ij,ij->i", rest, rest) / np.maximum(variance, TINY)
    return solved[:, 0], rest, np.minimum(left, 1)


def _unit(images: Array) -> Array:
    lengths = np.sqrt(np.square(images).sum(axis=(1, 2), keepdims=True))
    return np.asarray(images / np.maximum(lengths, TINY), dtype=np.float32)
