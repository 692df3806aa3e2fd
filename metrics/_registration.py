"""Smooth registration: how much of an image is left unexplained once another one was deformed into it?"""

from __future__ import annotations

import numpy as np

from benchmark.api import Array
from metrics._gauss_newton import descend

DEGREE = 5  # of the polynomials in each direction, that a displacement is made of
LINEAR = 0.05  # how stiff shifts and linear maps are, relative to degree 1; degree d is d^2
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
        self.rows, self.columns = _polynomials(height), _polynomials(width)
        self.basis = np.einsum("ay,bx->abyx", self.rows, self.columns).reshape((DEGREE + 1) ** 2, -1)
        degrees = np.add.outer(np.arange(DEGREE + 1), np.arange(DEGREE + 1)).ravel()
        self.linear = degrees <= 1
        self.stiff = np.tile(np.where(self.linear, LINEAR, degrees**2.0), 2).astype(np.float32)
        self.padded = np.pad(_unit(images), ((0, 0), (1, 1), (1, 1)), mode="edge")

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
        seen = np.stack([template, *slopes, np.hypot(*slopes)])
        left, found = self._fit(chosen, starts, normal, seen, *STIFF)
        top = np.argsort(left, kind="stable")[:FINE]
        least, finer = self._fit(chosen[top], found[top], normal, seen, *SUPPLE)
        return left, chosen[top], least, finer[least.argmin()]

    def displacement(self, found: Array) -> tuple[Array, Array]:
        """Return the root mean square of displacements (n, 2, terms) in pixels, and of what is not linear in them."""
        bent = np.where(self.linear, 0, found)
        whole, rest = (np.sqrt(np.square(c @ self.basis).sum(axis=1).mean(axis=1)) for c in (found, bent))
        return whole, rest

    def _fit(
        self, chosen: Array, starts: Array, normal: Array, template: Array, stiffness: float, steps: int
    ) -> tuple[Array, Array]:
        """Return the share of the variance that is left (k,), and the coefficients (k, 2, terms)."""
        penalty = np.float32(stiffness) * self.stiff
        inverse = np.linalg.inv(normal + np.diag(penalty)).astype(np.float32)
        size = (2, DEGREE + 1, DEGREE + 1)
        found = starts.reshape(-1, *size).copy()
        penalty = penalty.reshape(size)
        left = descend(self.padded, chosen, found, self.rows, self.columns, template, inverse, penalty, steps)
        return left, found.reshape(starts.shape)


def _polynomials(n: int) -> Array:
    """Return the Legendre polynomials at n positions, float32 (DEGREE + 1, n)."""
    found = np.polynomial.legendre.legvander(np.linspace(-1, 1, n), DEGREE).T
    return np.ascontiguousarray(found, dtype=np.float32)


def _unit(images: Array) -> Array:
    lengths = np.sqrt(np.square(images).sum(axis=(1, 2), keepdims=True))
    return np.asarray(images / np.maximum(lengths, TINY), dtype=np.float32)
