"""`benchmark.score` from Python: whatever holds images is read as the command reads files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import benchmark
from benchmark.errors import InputError
from benchmark.images.reading import read_images
from benchmark.images.reading.objects import to_file

N = 40


@pytest.fixture(scope="module")
def threes(mnist: Any) -> Any:
    """uint8 (N, 28, 28, 1)."""
    return mnist.raw_test[mnist.test_labels == 3][:N]


class Folder:
    """A dataset as torch and torchvision have them: a length, items, and names of classes."""

    def __init__(self, items: list[Any], classes: list[str] | None = None) -> None:
        self.items, self.classes = items, classes

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, i: int) -> Any:
        if i >= len(self.items):
            raise IndexError(i)
        return self.items[i]


def back(given: Any, folder: Path) -> Any:
    """Return what is read from the file that was written."""
    return read_images(Path(to_file(given, folder, "set")))


def test_arrays_pairs_and_datasets_are_the_same_images(threes: Any, tmp_path: Path) -> None:
    labels = np.repeat(["a", "b"], N // 2)
    pictures = [Image.fromarray(image[..., 0]) for image in threes]
    numbers = [int(label == "b") for label in labels]
    for given in (
        (threes, labels),
        Folder(list(zip(pictures, labels.tolist(), strict=True))),
        Folder(list(zip(pictures, numbers, strict=True)), ["a", "b"]),
        [{"image": picture, "label": label} for picture, label in zip(pictures, labels.tolist(), strict=True)],
    ):
        found = back(given, tmp_path)
        assert np.array_equal(found.images, threes)
        assert [found.names[label] for label in found.labels] == labels.tolist()
    assert back(threes, tmp_path).labels is None
    assert back(pictures, tmp_path).labels is None


@pytest.mark.torch
def test_tensors_of_torch_have_their_channels_first(threes: Any, tmp_path: Path) -> None:
    import torch
    from torch.utils.data import TensorDataset

    colour = np.repeat(threes, 3, axis=3) / np.float32(255)
    tensor = torch.from_numpy(np.moveaxis(colour, 3, 1).copy()).requires_grad_()
    assert np.array_equal(back(tensor, tmp_path).images, colour)
    found = back(TensorDataset(tensor, torch.arange(N) % 2), tmp_path)
    assert np.array_equal(found.images, colour)
    assert found.labels.tolist() == [0, 1] * (N // 2)


@pytest.mark.tensorflow
def test_tensors_of_tensorflow(threes: Any, tmp_path: Path) -> None:
    import tensorflow as tf

    assert np.array_equal(back(tf.constant(threes), tmp_path).images, threes)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (3, "images cannot be a int; allowed are a path, an array"),
        ([], "there are no images"),
        ([np.zeros((4, 4)), np.zeros((4, 5))], r"different shapes \(\(4, 4\), \(4, 5\)\); resize them"),
        ([{"picture": np.zeros((4, 4))}], "its items have picture; expected an 'image'"),
    ],
)
def test_anything_else_is_one_sentence(given: Any, said: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=said):
        to_file(given, tmp_path / "new", "set")
    assert not (tmp_path / "new").exists()


@pytest.mark.slow("scores two sets against real images, in processes of their own")
def test_scores_of_arrays(threes: Any, mnist: Any, tmp_path: Path) -> None:
    real = {"images": mnist.raw[:4000], "labels": mnist.labels[:4000]}
    results = benchmark.score(
        {"good": threes, "static": np.random.default_rng(0).integers(0, 256, threes.shape, dtype=np.uint8)},
        real=(real["images"], real["labels"]),
        train=mnist.raw[mnist.labels == 3][:60],
        classes="3",
        metrics="prdc,diversity",
        out=str(tmp_path / "out"),
    )
    shown = str(results).splitlines()
    assert shown[0].split() == ["generator", "training", "images", "realistic", "varied", "original", "useful"]
    assert {line.split()[0] for line in shown[1:-1]} == {"good", "static"}
    assert len(shown) <= 25
    assert len(results.plot().axes) > 0
    assert "inputs/good.npz" in (tmp_path / "out" / "run.toml").read_text()
    assert np.array_equal(read_images(tmp_path / "out" / "inputs" / "good.npz").images, threes)
