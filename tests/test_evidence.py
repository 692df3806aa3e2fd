"""Evidence, features and the reference classifier: shared work is done once, and by the right images."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from benchmark.api import Context, Evidence, Task
from benchmark.evidence import evidence as module
from benchmark.evidence.evidence import CellEvidence
from benchmark.evidence.pixels import reduced
from benchmark.evidence.reference import FeatureSpace, prepare, restored
from benchmark.features.pca import Pca
from benchmark.features.pixels import Pixels
from benchmark.images.image_set import ImageSet
from benchmark.images.real import RealData
from benchmark.store.arrays import packed, unpacked


@pytest.fixture(scope="module")
def space() -> FeatureSpace:
    rng = np.random.default_rng(0)
    labels = np.repeat(np.arange(2), 40)
    images = np.clip(rng.random((80, 6, 5, 1)) / 2 + labels[:, None, None, None] / 2, 0, 1).astype(np.float32)
    return prepare(Pca(components=8), images, labels, rng, "a")


@pytest.fixture
def cell(space: FeatureSpace) -> CellEvidence:
    rng = np.random.default_rng(1)
    made, train, held_out, test = (rng.random((n, 6, 5, 1), dtype=np.float32) for n in (20, 30, 20, 25))
    task = Task("tiny", 1, "one", 30, 20, (6, 5, 1), 2, 0)
    named: Any = ImageSet.of(test, "the test split")
    return CellEvidence(task, made, train, held_out, named, rng.integers(0, 2, 25), {0: held_out}, space)


def test_neighbours_are_searched_once_for_all_k(cell: CellEvidence, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []
    search = module.neighbours.nearest
    monkeypatch.setattr(module.neighbours, "nearest", lambda *a, **k: calls.append(a[2]) or search(*a, **k))
    ten, one = cell.neighbours("synthetic", "train", 10), cell.neighbours("synthetic", "train", 1)
    assert len(calls) == 1
    assert one.indices.shape == one.distances.shape == (20, 1)
    assert np.array_equal(one.distances, ten.distances[:, :1])
    more = cell.neighbours("synthetic", "train", 15)
    assert np.array_equal(more.distances[:, :10], ten.distances)


def test_an_image_is_never_its_own_neighbour_but_may_be_its_copys(cell: CellEvidence) -> None:
    assert (cell.neighbours("synthetic", "synthetic", 1, "pixels").distances > 0).all()
    cell = replace(cell, synthetic=cell.held_out)
    assert (cell.neighbours("synthetic", "held_out", 1, "pixels").distances == 0).all()
    assert not cell.balls("synthetic", "synthetic", np.zeros(20)).any()


def test_test_images_are_transformed_once_for_all_cells(cell: CellEvidence, space: FeatureSpace) -> None:
    second = CellEvidence(**{**{k: v for k, v in vars(cell).items() if k != "_kept"}, "synthetic": cell.held_out})
    assert cell.features("test") is second.features("test")
    assert cell.features("synthetic") is cell.features("synthetic")
    assert cell.features("synthetic", "pixels").shape == (20, 30)


def test_images_and_roles_get_the_same_labels_and_features(cell: CellEvidence) -> None:
    assert np.array_equal(cell.classify("synthetic"), cell.classify(cell.synthetic))
    assert np.array_equal(cell.features("train"), cell.features(cell.train))
    with pytest.raises(ValueError, match="role 'fresh' is not known"):
        cell.features("fresh")  # type: ignore[arg-type]


def test_it_has_what_a_metric_author_is_promised(cell: CellEvidence) -> None:
    promised: Evidence = cell
    assert promised.control is None
    assert set(Evidence.__annotations__) <= set(vars(cell))


def test_a_stored_space_gives_the_same_without_what_it_remembers(cell: CellEvidence, space: FeatureSpace) -> None:
    cell.features("test")
    again = restored(Pca(components=8), unpacked(packed(space.state())))
    assert np.array_equal(again.transform(cell.test), space.transform(cell.test))
    assert np.array_equal(again.classify(again.transform(cell.test)), cell.classify("test"))
    assert np.array_equal(again.probability(again.transform(cell.test), 1), cell.probability("test"))
    assert again.reference_id == space.reference_id


def test_ids_are_of_the_data_and_the_settings() -> None:
    rng = np.random.default_rng(0)
    images, labels = rng.random((20, 3, 3, 1), dtype=np.float32), np.arange(20) % 2
    one, same, other_data, other_space = (
        prepare(features, images, labels, rng, fingerprint).reference_id
        for features, fingerprint in ((Pca(), "a"), (Pca(), "a"), (Pca(), "b"), (Pixels(), "a"))
    )
    assert one == same
    assert len({one, other_data, other_space}) == 3


def test_one_class_alone_is_always_named() -> None:
    images = np.random.default_rng(0).random((9, 4, 4, 3), dtype=np.float32)
    space = prepare(Pixels(), images, np.full(9, 7), np.random.default_rng(0))
    assert (space.classify(space.transform(images)) == 7).all()
    assert (space.probability(space.transform(images), 7) == 1).all()


@pytest.mark.parametrize("classes", [2, 3])
def test_who_wins_against_each_other_class_is_the_label(classes: int) -> None:
    rng = np.random.default_rng(0)
    labels = np.arange(60) % classes + 4
    points = np.eye(3, dtype=np.float32)[labels - 4] + rng.normal(0, 0.4, (60, 3)).astype(np.float32)
    space = prepare(Pixels(), points.reshape(60, 1, 3, 1), labels, rng)
    told = np.stack([space.probability(points, label) for label in sorted(set(labels))], axis=1)
    won = told.max(axis=1) > 1 / (1 + np.exp(-space.classifier.offset))  # a margin above 0
    assert won.mean() > 0.9
    assert np.array_equal(space.classify(points)[won], told.argmax(axis=1)[won] + 4)
    assert space.probability(points, 99) is None
    bare = FeatureSpace("pixels", "mine", Pixels(), space.classifier.machine)  # knows labels alone
    assert bare.probability(points, 4) is None


def test_components_are_never_more_than_images_or_pixels() -> None:
    rng = np.random.default_rng(0)
    for shape in ((9, 5, 5, 1), (60, 4, 4, 3), (12, 40, 40, 3)):
        images = rng.random(shape, dtype=np.float32)
        pca = Pca()
        pca.fit(images, np.zeros(len(images), dtype=np.int64), Context(np.random.default_rng(0)))
        assert pca.space == "pca50"
        assert pca.transform(images).shape == (len(images), min(50, len(images), int(np.prod(shape[1:]))))
        assert pca.transform(images).dtype == np.float32


@pytest.mark.slow("fits the reference classifier on MNIST")
def test_the_reference_classifier_knows_mnist(mnist: RealData) -> None:
    from benchmark.images.roles import Sizes

    sizes = Sizes(train=50, held_out=100)
    neutral = [mnist.roles(label, 0, sizes)["neutral"] for label in range(10)]
    space = prepare(Pca(), np.concatenate(neutral), np.repeat(np.arange(10), 900), np.random.default_rng(0))
    features = space.transform(mnist.test)
    assert (space.classify(features) == mnist.test_labels).mean() == pytest.approx(0.973, abs=0.003)
    sure = np.stack([space.probability(features, label) for label in range(10)], axis=1)
    right = mnist.test_labels[:, None] == np.arange(10)
    for low, high in ((0.0, 0.01), (0.1, 0.4), (0.4, 0.6), (0.6, 0.9), (0.99, 1.0)):  # said is what is found
        told = (sure >= low) & (sure <= high)
        assert right[told].mean() == pytest.approx(sure[told].mean(), abs=0.07 if 0.1 <= low <= 0.9 else 0.005)


def test_large_sets_give_what_small_ones_do(cell: CellEvidence, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the size of the images: blocks change nothing, and nobody counts by reading."""
    roles = ("synthetic", "held_out", "train", "test")
    small = {role: (cell.features(role), cell.features(role, "pixels"), cell.over(role, mean)) for role in roles}
    monkeypatch.setattr("benchmark.images.image_set.BLOCK", 100)
    large = CellEvidence(**{name: value for name, value in vars(cell).items() if name != "_kept"})
    for role in roles:
        found = large.features(role), large.features(role, "pixels"), large.over(role, mean)
        assert all(np.array_equal(a, b) for a, b in zip(found, small[role], strict=True))
        assert large.count(role) == len(found[0])


def mean(images: np.ndarray) -> np.ndarray:
    return images.mean(axis=(1, 2, 3))


def test_pixels_of_large_images_are_means_of_blocks() -> None:
    assert reduced(np.zeros((2, 64, 40, 3), np.float32)).shape == (2, 64, 40, 3)
    images = np.random.default_rng(0).random((2, 130, 100, 3), dtype=np.float32)
    found = reduced(images)
    assert found.shape == (2, 32, 25, 3)
    assert found[1, 3, 2] == pytest.approx(images[1, 12:16, 8:12].mean(axis=(0, 1)))
