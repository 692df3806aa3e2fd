"""The network's features: accurate, the same bits each time, and no trace left in torch's global state."""

from __future__ import annotations

import csv
import re
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from benchmark.api import Context
from benchmark.evidence.reference import prepare, reference_id
from benchmark.features.cnn import Cnn
from benchmark.features.pca import Pca
from benchmark.images.real import RealData
from benchmark.images.roles import Sizes
from benchmark.store.arrays import packed, unpacked

pytestmark = pytest.mark.torch

CHILD = """
import hashlib, numpy as np
from benchmark.api import Context
from benchmark.features import cnn
cnn.FEWEST_STEPS = 30
rng = np.random.default_rng(5)
images, labels = rng.random((40, 8, 8, 3), dtype=np.float32), np.arange(40) % 4
net = cnn.Cnn()
net.fit(images, labels, Context(rng))
found = hashlib.sha256(net.transform(images).tobytes()).hexdigest()
"""


def neutral(data: RealData, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Return neutral images of all classes, at most `n` of each, and their labels."""
    roles = [data.roles(label, 0, Sizes(train=50, held_out=20))["neutral"][:n] for label in range(10)]
    return np.concatenate(roles), np.repeat(np.arange(10), [len(images) for images in roles])


def fitted(images: np.ndarray, labels: np.ndarray, seed: int = 0) -> Cnn:
    cnn = Cnn()
    cnn.fit(images, labels, Context(np.random.default_rng(seed)))
    return cnn


@pytest.fixture(scope="module")
def cnn(mnist: RealData) -> Cnn:
    """A network that was trained a little."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("benchmark.features.cnn.EPOCHS", 1)
        patch.setattr("benchmark.features.cnn.FEWEST_STEPS", 30)
        return fitted(*neutral(mnist, 200))


@pytest.mark.slow("trains the network on 2000 images")
def test_its_own_last_layer_is_the_reference_classifier(mnist: RealData) -> None:
    space = prepare(Cnn(), *neutral(mnist, 200), np.random.default_rng(0), "a")
    assert space.reference_id.startswith("cnn-")
    assert space.reference_id == reference_id(Cnn(), "a") != reference_id(Cnn(), "b")
    assert reference_id(Pca(), "a").startswith("svc-")
    features = space.transform(mnist.test[:3000])
    assert features.shape == (3000, 64)
    assert features.dtype == np.float32
    assert (features.std(axis=0) > 0).all()
    assert (space.classify(features) == mnist.test_labels[:3000]).mean() >= 0.95
    sure = np.stack([space.probability(features, label) for label in range(10)], axis=1)
    assert sure.sum(axis=1) == pytest.approx(1)
    assert (sure.argmax(axis=1) == space.classify(features)).all()


@pytest.mark.slow("trains the network on 9000 images")
def test_it_knows_mnist_from_9000_images(mnist: RealData) -> None:
    images, labels = neutral(mnist, 900)
    assert len(images) == 9000
    cnn = fitted(images, labels)
    assert (cnn.classifier().predict(cnn.transform(mnist.test)) == mnist.test_labels).mean() >= 0.984


def test_images_of_8_by_8_are_enough(digits: RealData) -> None:
    cnn = fitted(*neutral(digits, 100))
    assert (cnn.classifier().predict(cnn.transform(digits.test)) == digits.test_labels).mean() >= 0.93


def test_equal_images_have_equal_features_whatever_the_batch(cnn: Cnn, mnist: RealData) -> None:
    images = mnist.test[:600]
    found = cnn.transform(images)
    assert np.array_equal(np.concatenate([cnn.transform(images[i : i + 1]) for i in range(40)]), found[:40])
    assert np.array_equal(cnn.transform(images[::-1])[::-1], found)
    assert np.array_equal(cnn.transform(images[7:]), found[7:])
    assert cnn.transform(images[:0]).shape == (0, 64)


def test_a_stored_network_gives_the_same(cnn: Cnn, mnist: RealData) -> None:
    again = Cnn()
    again.restore(unpacked(packed(cnn.state())))
    found = cnn.transform(mnist.test[:50])
    assert np.array_equal(again.transform(mnist.test[:50]), found)
    assert np.array_equal(again.classifier().predict(found), cnn.classifier().predict(found))


def test_fits_are_the_same_bits_in_any_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmark.features.cnn.FEWEST_STEPS", 30)
    here: list[str] = []
    for _ in range(2):
        names: dict[str, str] = {}
        exec(CHILD, names)
        here.append(names["found"])
    child = subprocess.run([sys.executable, "-c", CHILD + "print(found)"], capture_output=True, text=True, timeout=200)
    assert [child.stdout.strip(), *here] == [here[0]] * 3, child.stderr


@pytest.mark.parametrize("shape", [(8, 8, 3), (5, 9, 1), (1, 1, 1), (130, 70, 3)], ids=str)
def test_any_size_and_one_class_alone(shape: tuple[int, int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmark.features.cnn.FEWEST_STEPS", 3)
    images = np.random.default_rng(0).random((7, *shape), dtype=np.float32)
    cnn = fitted(images, np.full(7, 3))
    assert np.isfinite(cnn.transform(images)).all()
    assert cnn.classifier().predict(cnn.transform(images)).tolist() == [3] * 7


def test_the_global_state_of_torch_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    monkeypatch.setattr("benchmark.features.cnn.FEWEST_STEPS", 3)
    images = np.random.default_rng(0).random((8, 8, 8, 1), dtype=np.float32)
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        state = torch.get_rng_state()
        fitted(images, np.arange(8) % 2).transform(images)
        assert torch.equal(torch.get_rng_state(), state)
        assert torch.get_num_threads() == 2
        assert torch.is_grad_enabled()
    finally:
        torch.set_num_threads(before)


def test_every_row_that_used_it_has_its_id(bench: Any, jitter: Any) -> None:
    small = ["run", "-d", "digits", "-c", "3", "-m", "prdc", "--seeds", "1"]
    bench(*small, "--features", "cnn", "-p", jitter, "-g", "jitter")
    with (bench.folder / "bench-results" / "scores.csv").open(newline="", encoding="utf-8") as file:
        spaces = {row["space"] for row in csv.DictReader(file)}
    assert len(spaces) == 1
    assert re.fullmatch("cnn-[0-9a-f]{8}", spaces.pop())
