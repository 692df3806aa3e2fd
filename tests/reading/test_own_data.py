"""Real images of the user's own: folders, CSV and .npz as datasets, found by what --data-dir is."""

import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmark.datasets.csv import Csv
from benchmark.datasets.folder import Folder
from benchmark.datasets.npz import Npz
from benchmark.errors import InputError
from benchmark.images.classes import parse_classes
from benchmark.images.real import load
from benchmark.plan.real_images import dataset_name
from benchmark.settings import Settings

IMAGES = np.random.default_rng(0).integers(0, 256, (40, 5, 5), dtype=np.uint8)
LABELS = np.arange(40) % 2
NAMES = ("Ankle boot", "Bag")


def folder(path: Path) -> Path:
    for i, image in enumerate(IMAGES):
        target = path / NAMES[LABELS[i]] / f"{i}.png"
        target.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(image).save(target)
    return path


def csv(path: Path, at: slice) -> Path:
    path.write_text(
        "".join(f"{y},{','.join(map(str, x.ravel()))}\n" for x, y in zip(IMAGES[at], LABELS[at], strict=True))
    )
    return path


def test_a_folder_sets_a_fifth_aside(tmp_path: Path) -> None:
    data = load(Folder(), folder(tmp_path / "own"))
    assert (data.class_names, data.counts, len(data.test_labels)) == (NAMES, (16, 16), 8)


def test_a_folder_with_train_and_test(tmp_path: Path) -> None:
    for split in ("train", "test"):
        folder(tmp_path / "own" / split)
    data = load(Folder(), tmp_path / "own")
    assert (data.counts, len(data.test_labels)) == ((20, 20), 0)  # the same images: the test's are duplicates
    assert data.duplicates == 40


def test_one_csv_file_or_two(tmp_path: Path) -> None:
    assert load(Csv(), csv(tmp_path / "mnist_train.csv", slice(40))).counts == (16, 16)
    csv(tmp_path / "mnist_train.csv", slice(30))
    csv(tmp_path / "mnist_test.csv", slice(30, 40))
    data = load(Csv(), tmp_path)
    assert (data.counts, len(data.test_labels)) == ((15, 15), 10)


def test_npz_with_and_without_a_test_split(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", images=IMAGES.astype(np.int64), labels=LABELS, class_names=NAMES)
    data = load(Npz(), tmp_path / "a.npz")
    assert (data.class_names, data.raw.dtype, len(data.test_labels)) == (NAMES, np.uint8, 8)
    np.savez(tmp_path / "b.npz", x_train=IMAGES[:30], y_train=LABELS[:30], x_test=IMAGES[30:], y_test=LABELS[30:])
    assert len(load(Npz(), tmp_path / "b.npz").test_labels) == 10


def test_the_dataset_is_found_by_what_data_dir_is(tmp_path: Path) -> None:
    def found(path: Path) -> str:
        return dataset_name(Settings(data_dir=str(path)))

    assert found(folder(tmp_path / "own")) == "folder"
    assert found(csv(tmp_path / "a.csv", slice(4))) == "csv"
    np.savez(tmp_path / "a.npz", images=IMAGES)
    assert found(tmp_path / "a.npz") == "npz"
    (tmp_path / "idx").mkdir()
    (tmp_path / "idx" / "train-images-idx3-ubyte").write_bytes(struct.pack(">BBBB", 0, 0, 8, 3))
    assert found(tmp_path / "idx") == "idx"


@pytest.mark.parametrize("word", ["Ankle boot", "ankle-boot", "ankle boot", "0", "0,1", "0-1", "all"])
def test_class_names_work_wherever_numbers_do(word: str) -> None:
    assert parse_classes(word, NAMES)[0] == "Ankle boot"


@pytest.mark.parametrize(
    ("dataset", "make", "message"),
    [
        (Folder, lambda p: None, "needs --data-dir, a folder with one sub-folder"),
        (Folder, lambda p: p / "nowhere", "does not exist"),
        (Csv, lambda p: p, "expected one ...train.csv"),
        (Npz, lambda p: p, "is a folder; dataset 'npz' takes a .npz file"),
        (Npz, lambda p: np.savez(p / "a.npz", images=IMAGES) or p / "a.npz", "the images have no classes"),
        (
            Npz,
            lambda p: (
                np.savez(p / "a.npz", x_train=IMAGES, y_train=LABELS * 0, x_test=IMAGES, y_test=LABELS) or p / "a.npz"
            ),
            "the test split has the class '1', but the training split does not",
        ),
        (
            Npz,
            lambda p: np.savez(p / "a.npz", images=IMAGES / 127.5 - 1, labels=LABELS) or p / "a.npz",
            r"values outside \[0, 1\]",
        ),
    ],
)
def test_bad_data_is_one_sentence(tmp_path: Path, dataset, make, message: str) -> None:
    with pytest.raises(InputError, match=message):
        load(dataset(), make(tmp_path))
