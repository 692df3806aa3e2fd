"""Candidates: images with known strengths and faults, used to judge the metrics themselves.

They are generators, run and scored like any other, but `bench run` does not list them: only `bench check --metrics`
uses them. Each is drawn independently of the control of its kind, because a control is 0 or 1 by definition.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from benchmark.api import CannotFit, Context, Control, Images, Task

SD = 0.02


class Candidate(Control):
    """A generator for the suite's check of itself. It is skipped if there are not enough spare images for it."""

    control: ClassVar[bool] = False

    def fit(self, real: Images, ctx: Context) -> None:
        """Keep the images (n, h, w, c) of its roles, in order."""
        self.real = real

    def spare(self, n: int) -> Images:
        """Return the first `n` images. Raises CannotFit if there are fewer."""
        if len(self.real) < n:
            raise CannotFit(f"needs {n} spare images, but there are {len(self.real)}; choose smaller sizes")
        return self.real[:n]

    def shuffled(self, one: Images, other: Images, ctx: Context, share: float = 0.5) -> Images:
        """Return `share` of `other` among `one`, shuffled, because some metrics only look at the first images."""
        kept = len(one) - round(share * len(one))
        return np.concatenate([one[:kept], other[kept:]])[ctx.rng.permutation(len(one))]


class FreshAgain(Candidate):
    """Fresh real images, drawn independently of the control `real`."""

    name = "fresh-again"
    roles = ("spare",)

    def sample(self, n: int, ctx: Context) -> Images:
        """Return the first `n`."""
        return self.spare(n)


class CopiesAgain(Candidate):
    """Training images, drawn without replacement until all are used."""

    name = "copies-again"

    def sample(self, n: int, ctx: Context) -> Images:
        """Return `n` of them."""
        return self.real[np.resize(ctx.rng.permutation(len(self.real)), n)]


class CopiesWithReplacement(Candidate):
    """Training images, drawn with replacement."""

    name = "copies-with-replacement"

    def sample(self, n: int, ctx: Context) -> Images:
        """Return `n` of them."""
        return self.real[ctx.rng.integers(len(self.real), size=n)]


class NoiseAgain(Candidate):
    """Gaussian noise with the mean and sd of the training images at each pixel."""

    name = "noise-again"

    def sample(self, n: int, ctx: Context) -> Images:
        """Return `n` draws."""
        return _noise(self.real, n, ctx)


class RepeatAgain(Candidate):
    """One training image, drawn again, repeated with noise of sd .02."""

    name = "repeat-again"

    def sample(self, n: int, ctx: Context) -> Images:
        """Return it `n` times."""
        return _around(self.real[ctx.rng.integers(len(self.real))], n, ctx)


class Mean(Candidate):
    """The mean training image, repeated with noise of sd .02."""

    name = "mean"

    def sample(self, n: int, ctx: Context) -> Images:
        """Return it `n` times."""
        return _around(self.real.mean(axis=0), n, ctx)


class HalfCopies(Candidate):
    """Half fresh real images, half training images."""

    name = "half-copies"
    roles = ("spare", "train")
    share: ClassVar[float] = 0.5

    def sample(self, n: int, ctx: Context) -> Images:
        """Return `n`, mixed."""
        train = self.real[n:]
        return self.shuffled(self.spare(n), train[np.resize(ctx.rng.permutation(len(train)), n)], ctx, self.share)


class TenthCopies(HalfCopies):
    """Nine tenths fresh real images, one tenth training images."""

    name = "tenth-copies"
    share: ClassVar[float] = 0.1


class HalfNoise(Candidate):
    """Half fresh real images, half noise."""

    name = "half-noise"
    roles = ("spare", "train")

    def sample(self, n: int, ctx: Context) -> Images:
        """Return `n`, mixed."""
        return self.shuffled(self.spare(n), _noise(self.real[n:], n, ctx), ctx)


class WrongDigit(Candidate):
    """Real images of the next class but one (the next one is used by the control `wrong-class`)."""

    name = "wrong-digit"
    roles = ("spare",)
    class_shift = 2

    def skip(self, task: Task) -> str | None:
        """Return why there is no such class, or None if there is one."""
        return "needs 3 classes" if task.n_classes < 3 else None

    def sample(self, n: int, ctx: Context) -> Images:
        """Return the first `n`."""
        return self.spare(n)


class PcaGaussian(Candidate):
    """One Gaussian on 50 principal components of the training pixels: smooth, but of no class in particular."""

    name = "pca-gauss"

    def sample(self, n: int, ctx: Context) -> Images:
        """Return `n` draws."""
        flat = self.real.reshape(len(self.real), -1).astype(np.float64)
        centre = flat.mean(axis=0)
        _, sizes, axes = np.linalg.svd(flat - centre, full_matrices=False)
        kept = min(50, len(flat) - 1)
        codes = ctx.rng.normal(size=(n, kept)) * sizes[:kept] / np.sqrt(max(len(flat) - 1, 1))
        made: Images = np.clip(centre + codes @ axes[:kept], 0, 1).reshape(n, *self.real.shape[1:])
        return made


CANDIDATES: tuple[type[Candidate], ...] = (
    FreshAgain,
    CopiesAgain,
    HalfCopies,
    HalfNoise,
    PcaGaussian,
    WrongDigit,
    NoiseAgain,
    Mean,
    RepeatAgain,
)
OTHERS = ("smote", "smote[variant=published]", "affine")  # built-in generators with known faults


def _noise(real: Images, n: int, ctx: Context) -> Images:
    return np.clip(ctx.rng.normal(real.mean(axis=0), real.std(axis=0), (n, *real.shape[1:])), 0, 1)


def _around(image: Images, n: int, ctx: Context) -> Images:
    return np.clip(image + ctx.rng.normal(0, SD, (n, *image.shape)), 0, 1)
