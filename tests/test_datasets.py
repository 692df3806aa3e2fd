"""Datasets: what ships is MNIST, and what a user brings is checked before it is used."""

import gzip
import struct
from pathlib import Path

import numpy as np
import pytest

from benchmark.api import Data, Dataset
from benchmark.datasets import _mnist
from benchmark.datasets.idx import Idx
from benchmark.errors import InputError
from benchmark.images.reading import How
from benchmark.images.real import RealData, load


def idx(array: np.ndarray) -> bytes:
    return struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape) + array.astype(np.uint8).tobytes()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    images, labels = rng.integers(0, 256, (40, 5, 4)), np.arange(40) % 4
    (tmp_path / "train-images-idx3-ubyte").write_bytes(idx(images))
    (tmp_path / "train-labels-idx1-ubyte.gz").write_bytes(gzip.compress(idx(labels)))
    return tmp_path


def test_mnist_is_all_there(mnist: RealData) -> None:
    assert mnist.raw.shape == (60000, 28, 28, 1)
    assert mnist.raw_test.shape == (10000, 28, 28, 1)
    assert mnist.counts == (5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949)
    assert mnist.duplicates == 0


def test_changed_bytes_of_mnist_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(_mnist.SHA256, "t10k-labels-idx1-ubyte", "0" * 64)
    with pytest.raises(InputError, match="t10k-labels-idx1-ubyte.gz is not the original MNIST file"):
        _mnist.load()


def test_digits_set_a_fifth_of_each_class_aside(digits: RealData) -> None:
    tested = np.bincount(digits.test_labels)
    together = tested + np.array(digits.counts)
    assert digits.shape == (8, 8, 1)
    assert np.array_equal(tested, together // 5)


def test_images_by_role_are_floats_from_0_to_1(mnist: RealData) -> None:
    from benchmark.images.roles import Sizes

    train = mnist.roles(5, 0, Sizes(50, 100))["train"]
    assert train.dtype == np.float32
    assert (train.min(), train.max()) == (0.0, 1.0)


def test_idx_plain_and_gzipped(folder: Path) -> None:
    data = load(Idx(), folder)
    assert data.shape == (5, 4, 1)
    assert data.class_names == ("0", "1", "2", "3")
    assert len(data.labels) + len(data.test_labels) == 40


def test_idx_files_are_fitted_and_what_else_lies_there_is_named(folder: Path) -> None:
    (folder / "README.txt").write_text("x")
    reader = Idx()
    reader.how = How(fit="pad", size=(8, 8))
    data = load(reader, folder)
    assert data.shape == (8, 8, 1)
    assert data.account.sentences == (
        f"{folder}: 1 file not used: README.txt",
        f"{folder}: all images were scaled and padded with black from 5x4 to 8x8",
    )


class Twice(Dataset):
    """Five images, the first three times, in training and test."""

    name = "twice"

    def load(self, folder: Path | None) -> Data:
        images = np.random.default_rng(1).integers(0, 256, (6, 3, 3, 1), dtype=np.uint8)
        images[3] = images[0]
        return Data(images, np.zeros(6, np.int64), ("a",), images[[0, 5]] * 0 + images[[0, 4]], np.zeros(2, np.int64))


def test_exact_duplicates_are_removed_and_counted() -> None:
    data = load(Twice(), None)
    assert (len(data.labels), len(data.test_labels), data.duplicates) == (5, 0, 3)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("train-images-idx3-ubyte", b"\x89PNG....", "not an IDX file: it begins with 89 50 4e 47"),
        ("train-images-idx3-ubyte", idx(np.zeros((40, 5, 4)))[:-7], "793 bytes of data, but its header"),
        ("train-images-idx3-ubyte", idx(np.zeros((40, 5, 4)))[:9], "ends within its header"),
        ("train-images-idx3-ubyte", idx(np.zeros(40)), "the number of dimensions is 1 \\(labels\\); expected 3"),
        (
            "train-labels-idx1-ubyte.gz",
            gzip.compress(idx(np.zeros(40)), mtime=0)[:-12],
            "gzip stream is damaged or truncated",
        ),
        (
            "train-labels-idx1-ubyte.gz",
            gzip.compress(idx(np.zeros(39)), mtime=0),
            "has 40 images, but train-labels-idx1-ubyte.gz has 39 labels",
        ),
    ],
)
def test_damaged_files_are_one_sentence(folder: Path, name: str, content: bytes, message: str) -> None:
    (folder / name).write_bytes(content)
    with pytest.raises(InputError, match=message):
        load(Idx(), folder)


def test_missing_files_are_named(folder: Path) -> None:
    (folder / "train-labels-idx1-ubyte.gz").unlink()
    with pytest.raises(InputError, match="has train-images.*, but no train-labels-idx1-ubyte"):
        load(Idx(), folder)
    with pytest.raises(InputError, match="is not a folder"):
        load(Idx(), folder / "nowhere")
    with pytest.raises(InputError, match="needs --data-dir"):
        load(Idx(), None)
