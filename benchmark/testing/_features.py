"""What every feature space must do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from benchmark.evidence.machine import Constant
from benchmark.evidence.reference import FeatureSpace, restored
from benchmark.plugins.parameters import parameters_of
from benchmark.store.arrays import packed, unpacked
from benchmark.testing._pictures import strokes
from benchmark.testing._state import unchanged
from benchmark.testing._subject import Fault

if TYPE_CHECKING:
    from benchmark.api import Array, Images
    from benchmark.testing._subject import Subject

USUAL, COLOUR = (16, 16, 1), (12, 9, 3)


def check_shape(subject: Subject) -> None:
    """`transform` gives one finite row of numbers per image, always of the same length."""
    features = _fitted(subject, USUAL)
    one, many = features.transform(strokes(USUAL, 1)), features.transform(strokes(USUAL, 30))
    for found, n in ((one, 1), (many, 30)):
        if np.ndim(found) != 2 or len(found) != n or not np.isfinite(found).all():
            raise Fault(f"transform of {n} images gave the shape {np.shape(found)}; expected finite (n, d)")
    if one.shape[1] != many.shape[1]:
        raise Fault(f"one image alone has {one.shape[1]} features; each of 30 images has {many.shape[1]}")


def check_any_batch(subject: Subject) -> None:
    """An image has the same features alone and in a batch, so that copies are at distance 0."""
    features, images = _fitted(subject, USUAL), strokes(USUAL, 40)
    together, alone = features.transform(images), features.transform(images[7:8])
    if not np.array_equal(together[7:8], alone):
        off = float(np.abs(together[7:8] - alone).max())
        raise Fault(f"an image's features differ alone and in a batch (by {off:.1g}); copies would not be found")


def check_colour(subject: Subject) -> None:
    """It accepts images that have three channels and are not square."""
    _fitted(subject, COLOUR).transform(strokes(COLOUR, 5))


def check_same_seed(subject: Subject) -> None:
    """The same images and seed give the same features."""
    one, two = (_fitted(subject, USUAL).transform(strokes(USUAL, 20)) for _ in range(2))
    if not np.array_equal(one, two):
        raise Fault("fitted again with the same seed, it gives different features; draw random numbers from ctx.rng")


def check_images_unchanged(subject: Subject) -> None:
    """It does not change the images."""
    images = strokes(USUAL, 20)
    before = images.copy()
    _fitted(subject, USUAL).transform(images)
    if not np.array_equal(images, before):
        raise Fault("transform changed the images; work on a copy")


def check_restored(subject: Subject) -> None:
    """Restored from its `state`, it gives the same features and labels, bit for bit; workers read it from a file."""
    features, images = _fitted(subject, USUAL), strokes(USUAL, 20)
    space = FeatureSpace(features.space, "", features, features.classifier() or Constant(0))
    try:
        content = packed(space.state())
    except (TypeError, ValueError) as error:
        raise Fault(f"its state cannot be stored: {error}; return finite arrays, numbers and texts") from None
    try:
        again = restored(subject.new(), unpacked(content))
    except Exception as error:
        raise Fault(f"restore raised {type(error).__name__}: {error}") from error
    found = features.transform(images)
    if not np.array_equal(again.features.transform(images), np.asarray(found, dtype=np.float32)):
        raise Fault("restored from its state, it gives different features")
    if not np.array_equal(again.classify(found), space.classify(found)):
        raise Fault("restored from its state, its classifier gives different labels")
    for name in space.state()["fitted"]:
        if name in parameters_of(type(features)):
            raise Fault(f"its state contains the parameter {name}; the restored space has it already")


def check_space(subject: Subject) -> None:
    """`space` is a word that identifies it in every row of scores."""
    space = _fitted(subject, USUAL).space
    if not (isinstance(space, str) and space.isidentifier()) and not str(space).replace("-", "_").isidentifier():
        raise Fault(f"space is {space!r}; it must be a word of letters, digits, '-' and '_', such as 'pca50'")


def check_classifier(subject: Subject) -> None:
    """`classifier` returns None, or a classifier that predicts one label per row of features."""
    features = _fitted(subject, USUAL)
    classifier = features.classifier()
    if classifier is not None:
        said = np.asarray(classifier.predict(features.transform(strokes(USUAL, 12))))
        if said.shape != (12,) or not np.isin(said, (0, 1)).all():
            raise Fault(f"the classifier gave {said.dtype} of shape {said.shape}; expected 12 labels, 0 or 1")


def check_global_state(subject: Subject) -> None:
    """The global random generators of Python, numpy, torch and TensorFlow are left unchanged."""
    _fitted(subject, USUAL)  # what it imports may set up its own random generator
    with unchanged():
        _fitted(subject, USUAL).transform(strokes(USUAL, 5))


def _fitted(subject: Subject, shape: tuple[int, int, int]) -> Any:
    images, labels = _neutral(shape)
    before, features = images.copy(), subject.new()
    features.fit(images, labels, subject.context())
    if not np.array_equal(images, before):
        raise Fault("fit changed the images; work on a copy")
    return features


def _neutral(shape: tuple[int, int, int]) -> tuple[Images, Array]:
    both = [strokes(shape, 60, seed, slant) for seed, slant in ((1, 0.0), (2, 0.8))]
    return np.concatenate(both), np.repeat([0, 1], 60)
