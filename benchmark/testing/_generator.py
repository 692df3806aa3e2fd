"""What every generator must do."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmark.api import CannotFit, ConditionalGenerator, Control, Task
from benchmark.jobs.generate import checked
from benchmark.testing._pictures import strokes
from benchmark.testing._state import stir, unchanged
from benchmark.testing._subject import Fault, Skip

if TYPE_CHECKING:
    from benchmark.api import Context, Images
    from benchmark.testing._subject import Subject

SMALL = (8, 8, 1)
LABELS = (7, 3)  # the two classes that a conditional generator is fitted to


def check_usual_images(subject: Subject) -> None:
    """Fitted to 220 images of 28x28x1 (or 32x32x3, if it refuses these), it makes as many images as requested."""
    try:
        made(subject, strokes((28, 28, 1)), 20)
    except Skip:
        made(subject, strokes((32, 32, 3)), 20)


def check_colour(subject: Subject) -> None:
    """It accepts images that have three channels and are not square."""
    made(subject, strokes((5, 9, 3)), 20)


def check_other_sizes(subject: Subject) -> None:
    """It accepts small images, and images that are not square."""
    for shape in (SMALL, (12, 9, 1)):
        made(subject, strokes(shape), 20)


def check_one_pixel(subject: Subject) -> None:
    """It accepts images of a single pixel."""
    made(subject, strokes((1, 1, 1)), 20)


def check_one_image_asked(subject: Subject) -> None:
    """It makes a single image if one is requested."""
    made(subject, strokes(SMALL), 1)


def check_more_than_it_saw(subject: Subject) -> None:
    """It can make more images than it was fitted to."""
    if isinstance(subject.new(), Control) and _gives_fresh_images(subject):
        raise Skip("this control returns real images unchanged")
    made(subject, strokes(SMALL, 20), 50)


def check_tiny_fits(subject: Subject) -> None:
    """Fitted to 1, 2 or 3 images, it makes images or says why it cannot, by `skip` or CannotFit."""
    said = [_reason(subject, strokes(SMALL, n), 5) for n in (1, 2, 3)]
    if all(said):
        raise Skip(said[-1])


def check_equal_images(subject: Subject) -> None:
    """Fitted to images that are all the same, or all black, it makes images or says why it cannot."""
    same = np.repeat(strokes(SMALL, 1), 12, axis=0)
    said = [_reason(subject, real, 5) for real in (same, np.zeros_like(same))]
    if all(said):
        raise Skip(said[-1])


def check_training_images(subject: Subject) -> None:
    """Neither fitting nor sampling changes the training images."""
    for shape in ((28, 28, 1), (5, 9, 3)):
        real = strokes(shape)
        before = real.copy()
        plugin = fitted(subject, real, 20)
        if not np.array_equal(real, before):
            raise Fault("fit changed the training images; work on a copy")
        _sample(plugin, 20, subject.context(1000))
        if not np.array_equal(real, before):
            raise Fault("sample changed the training images; work on a copy")


def check_same_seed(subject: Subject) -> None:
    """The same seed gives the same images."""
    real = strokes((6, 6, 1))
    if not np.array_equal(made(subject, real, 20, seed=1), made(subject, real, 20, seed=1)):
        raise Fault("the same seed gave different images; draw every random number from ctx.rng")


def check_other_seed(subject: Subject) -> None:
    """Another seed gives different images."""
    if _gives_fresh_images(subject):
        raise Skip("this control returns real images unchanged")
    real = strokes((6, 6, 1))
    if np.array_equal(made(subject, real, 20, seed=1), made(subject, real, 20, seed=2)):
        raise Fault("two seeds gave the same images; draw random numbers from ctx.rng")


def check_global_state(subject: Subject) -> None:
    """The global random generators of Python, numpy, torch and TensorFlow are left unchanged."""
    made(subject, strokes(SMALL), 5)  # libraries that are loaded on first use draw while loading
    stir()
    with unchanged():
        made(subject, strokes(SMALL), 5)


def check_fitted_pickles(subject: Subject) -> None:
    """After fitting, it can be pickled, and then makes the same images."""
    plugin = fitted(subject, strokes((6, 6, 1)), 5)
    try:
        again = pickle.loads(pickle.dumps(plugin))  # noqa: S301 - made here
    except Exception as error:
        raise Fault(f"pickling failed: {type(error).__name__}: {error}") from error
    if not np.array_equal(_sample(again, 5, subject.context(9)), _sample(plugin, 5, subject.context(9))):
        raise Fault("after pickling, it makes different images")


def check_every_class(subject: Subject) -> None:
    """A conditional generator makes images of each class that it was fitted to."""
    real = strokes(SMALL)
    plugin = fitted(subject, real.copy(), 5)
    for label in LABELS:
        _images(plugin, real, 5, subject, seed=0, label=label)


check_every_class.only = ConditionalGenerator  # type: ignore[attr-defined]


def check_fitted_again(subject: Subject) -> None:
    """Fitting it again has the same result as fitting it once: nothing remains of the first images."""
    plugin, real = fitted(subject, strokes((6, 6, 1), seed=6), 5), strokes((6, 6, 1))
    _fit(plugin, real.copy(), subject.context(1))
    if not np.array_equal(_images(plugin, real, 5, subject, seed=1), made(subject, real, 5, seed=1)):
        raise Fault("fitted a second time, it makes different images than when fitted once")


def check_curves(subject: Subject) -> None:
    """The values that it logs are finite, and its snapshots are images of the size of the training images."""
    context = subject.context()
    fitted(subject, strokes(SMALL), 5, context=context)
    bad = [name for name, points in context.curves.items() if not np.isfinite(points).all()]
    if bad:
        raise Fault(f"ctx.log was given values that are not finite: {', '.join(bad)}")
    shown = [*context.snapshots, *(pair for pairs in context.class_snapshots.values() for pair in pairs)]
    for step, images in shown:
        if np.shape(images)[1:] != SMALL:
            raise Fault(f"ctx.snapshot at step {step} was given the shape {np.shape(images)}, expected (n, 8, 8, 1)")


def fitted(subject: Subject, real: Images, n: int, seed: int = 0, context: Any = None) -> Any:
    """Return the plugin, fitted as the runner does it. Raises Skip if it refuses."""
    plugin = subject.new()
    refused = plugin.skip(_task(real, n, seed))
    if refused:
        raise Skip(refused)
    _fit(plugin, real, context or subject.context(seed))
    return plugin


def made(subject: Subject, real: Images, n: int, seed: int = 0) -> Images:
    """Return `n` images from a plugin fitted to `real`. Raises Skip if it refuses."""
    return _images(fitted(subject, real.copy(), n, seed), real, n, subject, seed)


def _images(plugin: Any, real: Images, n: int, subject: Subject, seed: int, label: int = LABELS[0]) -> Images:
    given = np.asarray(_sample(plugin, n, subject.context(seed + 1000), label))
    if given.dtype.kind in "iu":
        raise Fault(f"sample returned {given.dtype}; images must be numbers from 0 to 1: divide by the largest value")
    try:
        return checked(given, _task(real, n, seed))[0]
    except ValueError as error:
        raise Fault(str(error)) from None


def _fit(plugin: Any, real: Images, ctx: Context) -> None:
    """Fit; a conditional generator gets two classes, with labels that are not indices."""
    if isinstance(plugin, ConditionalGenerator):
        _answered(plugin.fit, real, np.resize(LABELS, len(real)), ctx)
    else:
        _answered(plugin.fit, real, ctx)


def _sample(plugin: Any, n: int, ctx: Context, label: int = LABELS[0]) -> Any:
    labels = (label,) if isinstance(plugin, ConditionalGenerator) else ()
    return _answered(plugin.sample, n, *labels, ctx)


def _answered(method: Any, *arguments: Any) -> Any:
    """Call a method of a plugin; CannotFit is an allowed answer."""
    try:
        return method(*arguments)
    except CannotFit as error:
        if not str(error).strip():
            raise Fault("CannotFit was raised without a reason") from None
        raise Skip(str(error)) from None


def _reason(subject: Subject, real: Images, n: int) -> str:
    try:
        made(subject, real, n)
    except Skip as refused:
        return str(refused)
    return ""


def _gives_fresh_images(subject: Subject) -> bool:
    return getattr(subject.new(), "roles", ("train",)) == ("fresh",)


def _task(real: Images, n: int, seed: int) -> Task:
    height, width, channels = real.shape[1:]
    return Task("checks", 0, "zero", len(real), n, (height, width, channels), 2, seed)
