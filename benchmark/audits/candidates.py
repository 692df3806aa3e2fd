"""Candidates: images with known strengths and faults, used to judge the metrics themselves.

They are generators, run and scored like any other, but `bench run` does not list them: only `bench check --metrics`
uses them. Each is drawn independently of the control of its kind, because a control is 0 or 1 by definition.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from benchmark.api import Array, CannotFit, Context, Control, Images, Task
from benchmark.audits import disguises

SD = 0.02


class Candidate(Control):
    """A generator for the suite's check of itself. It is skipped if there are not enough spare images for it."""

    control: ClassVar[bool] = False

    def fit(self, real: Images, ctx: Context) -> None:
        """Keep the images (n, h, w, c) of its roles, in order."""
        self.real = np.asarray(real)

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
        train = self.disguised(self.real[n:])
        return self.shuffled(self.spare(n), train[np.resize(ctx.rng.permutation(len(train)), n)], ctx, self.share)

    def disguised(self, train: Images) -> Images:
        """Return the training images as they are mixed in."""
        return train


class TenthCopies(HalfCopies):
    """Nine tenths fresh real images, one tenth training images."""

    name = "tenth-copies"
    share: ClassVar[float] = 0.1


class ShiftedCopies(HalfCopies):
    """Seven tenths fresh real images, three tenths training images that are shifted by one pixel."""

    name = "shifted-copies"
    share: ClassVar[float] = 0.3

    def disguised(self, train: Images) -> Images:
        """Shift them to the right."""
        return np.roll(train, 1, axis=2)


class FewShiftedCopies(ShiftedCopies):
    """Fresh real images, and one in twenty a training image that is shifted by one pixel."""

    name = "few-shifted-copies"
    share: ClassVar[float] = 0.05


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


class Narrow(Candidate):
    """Genuine images of a narrow kind: from the lowest 28% on the first principal axis."""

    name = "narrow"
    roles = ("spare", "fresh", "train")
    share: ClassVar[float] = 0.28

    def sample(self, n: int, ctx: Context) -> Images:
        """Return `n` of them."""
        first = self.axes()[:, 0]
        return self.lowest(first, n, ctx)

    def axes(self) -> Array:
        """Return the coordinates of the images on their principal axes, float64 (n, d)."""
        flat = self.real.reshape(len(self.real), -1).astype(np.float64)
        left, sizes, _ = np.linalg.svd(flat - flat.mean(axis=0), full_matrices=False)
        return np.asarray(left * sizes)

    def lowest(self, values: Array, n: int, ctx: Context) -> Images:
        """Return `n` of the images that are among the lowest `share`. Raises CannotFit if there are fewer."""
        found = np.argsort(values)[: int(self.share * len(values))]
        if len(found) < n:
            raise CannotFit(f"needs {n} images of a kind, but there are {len(found)}; choose smaller sizes")
        kept: Images = self.real[ctx.rng.permutation(found)[:n]]
        return kept


class Typical(Narrow):
    """The more typical half of the real images: nearer to their mean in 50 principal components."""

    name = "typical"
    share: ClassVar[float] = 0.5

    def sample(self, n: int, ctx: Context) -> Images:
        """Return `n` of them."""
        return self.lowest((self.axes()[:, :50] ** 2).sum(axis=1), n, ctx)


class ExtraStroke(Candidate):
    """Fresh real images with an extra stroke of random place and direction, as wide and bright as a pen's."""

    name = "extra-stroke"
    roles = ("spare",)
    share: ClassVar[float] = 1.0

    def sample(self, n: int, ctx: Context) -> Images:
        """Return the first `n`, `share` of them with a stroke."""
        drawn = ctx.rng.random(n) < self.share
        return np.stack([_with_stroke(x, ctx.rng) if d else x for x, d in zip(self.spare(n), drawn, strict=True)])


class SomeExtraStrokes(ExtraStroke):
    """Fresh real images, 30% of them with an extra stroke."""

    name = "extra-strokes-30"
    share: ClassVar[float] = 0.3


class FaintNoise(FreshAgain):
    """Fresh real images with noise of sd .05."""

    name = "noise-05"

    def sample(self, n: int, ctx: Context) -> Images:
        """Return the first `n`."""
        return disguises.noisy(self.spare(n), ctx.rng, 0.05)


class Dimmed(FreshAgain):
    """Fresh real images at .85 of their brightness."""

    name = "dimmed-85"

    def sample(self, n: int, ctx: Context) -> Images:
        """Return the first `n`."""
        return 0.85 * self.spare(n)


class Blurred(FreshAgain):
    """Fresh real images, blurred by a Gaussian of sd .5 pixels."""

    name = "blurred-05"

    def sample(self, n: int, ctx: Context) -> Images:
        """Return the first `n`."""
        return disguises.blurred(self.spare(n), ctx.rng, 0.5)


class Jpeg75(FreshAgain):
    """Fresh real images, stored as JPEG of quality 75."""

    name = "jpeg-75"
    quality: ClassVar[int] = 75

    def sample(self, n: int, ctx: Context) -> Images:
        """Return the first `n`."""
        return np.stack([_as_jpeg(image, self.quality) for image in super().sample(n, ctx)])


class Jpeg40(Jpeg75):
    """Fresh real images, stored as JPEG of quality 40."""

    name = "jpeg-40"
    quality: ClassVar[int] = 40


class CopiesJpeg50(CopiesAgain):
    """Training images, stored as JPEG of quality 50."""

    name = "copies-jpeg-50"
    quality: ClassVar[int] = 50

    def sample(self, n: int, ctx: Context) -> Images:
        """Return `n` of them."""
        return np.stack([_as_jpeg(image, self.quality) for image in super().sample(n, ctx)])


class CopiesJpeg20(CopiesJpeg50):
    """Training images, stored as JPEG of quality 20."""

    name = "copies-jpeg-20"
    quality: ClassVar[int] = 20


class WrongTenth(WrongDigit):
    """Fresh real images, a tenth of them of the next class but one."""

    name = "wrong-10"
    class_shift = 0
    also_from = (2,)
    share: ClassVar[float] = 0.1

    def sample(self, n: int, ctx: Context) -> Images:
        """Return `n`, mixed."""
        own = self.spare(n)
        return self.shuffled(own, self.real[-n:], ctx, self.share)


class WrongFifth(WrongTenth):
    """Fresh real images, a fifth of them of the next class but one."""

    name = "wrong-20"
    share: ClassVar[float] = 0.2


class WrongHalf(WrongTenth):
    """Fresh real images, half of them of the next class but one."""

    name = "wrong-50"
    share: ClassVar[float] = 0.5


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
    Narrow,
    Typical,
    ExtraStroke,
    SomeExtraStrokes,
    FaintNoise,
    Dimmed,
    Blurred,
    Jpeg75,
    Jpeg40,
    CopiesJpeg50,
    CopiesJpeg20,
    WrongTenth,
    WrongFifth,
    WrongHalf,
)
OTHERS = ("smote", "smote[variant=published]", "affine")  # built-in generators with known faults


def _noise(real: Images, n: int, ctx: Context) -> Images:
    return np.clip(ctx.rng.normal(real.mean(axis=0), real.std(axis=0), (n, *real.shape[1:])), 0, 1)


def _around(image: Images, n: int, ctx: Context) -> Images:
    return np.clip(image + ctx.rng.normal(0, SD, (n, *image.shape)), 0, 1)


def _with_stroke(image: Images, rng: np.random.Generator) -> Images:
    """Return an image (h, w, c) with a line at least .3 of its sides long, drawn four times as large and averaged."""
    from PIL import Image, ImageDraw

    height, width = image.shape[:2]
    ends = rng.uniform(0.15, 0.85, (2, 2))
    while np.hypot(*(ends[0] - ends[1])) < 0.3:
        ends = rng.uniform(0.15, 0.85, (2, 2))
    large = Image.new("L", (4 * width, 4 * height))
    points = [(4 * width * x, 4 * height * y) for y, x in ends]
    ImageDraw.Draw(large).line(points, fill=255, width=max(1, round(8 * height / 28)))
    line = np.asarray(large.resize((width, height), Image.Resampling.BOX), dtype=np.float32) / 255
    drawn: Images = np.maximum(image, line[..., None])
    return drawn


def _as_jpeg(image: Images, quality: int) -> Images:
    """Return an image (h, w, c) as it is read from a JPEG file."""
    from io import BytesIO

    from PIL import Image

    file = BytesIO()
    pixels = np.round(image * 255).astype(np.uint8)
    Image.fromarray(pixels[..., 0] if pixels.shape[-1] == 1 else pixels).save(file, "JPEG", quality=quality)
    return np.asarray(Image.open(file), dtype=np.float32).reshape(image.shape) / np.float32(255)
