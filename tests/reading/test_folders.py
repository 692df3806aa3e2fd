"""Folders as people have them: every image is used, or one sentence counts what is not and says why."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmark.datasets.folder import Folder
from benchmark.errors import InputError
from benchmark.images.reading import How, kind_of, read_images
from benchmark.images.reading.formats import READABLE
from benchmark.images.real import load

IMAGES = np.random.default_rng(0).integers(0, 256, (12, 8, 8), dtype=np.uint8)


def save(folder: Path, images: np.ndarray, ending: str = "png") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for i, image in enumerate(images):
        Image.fromarray(image).save(folder / f"{i:02d}.{ending}")
    return folder


def text(path: Path, content: str) -> Path:
    path.write_text(content)
    return path


def test_a_class_folder_that_is_a_link_is_a_class(tmp_path: Path) -> None:
    save(tmp_path / "elsewhere", IMAGES[:4])
    save(tmp_path / "data" / "5", IMAGES[4:])
    (tmp_path / "data" / "3").symlink_to("../elsewhere")
    found = read_images(tmp_path / "data")
    assert (found.names, np.bincount(found.labels).tolist()) == (("3", "5"), [4, 8])
    assert found.account.sentences == ()


def test_a_link_to_the_folder_itself_ends_and_is_reported(tmp_path: Path) -> None:
    save(tmp_path / "3", IMAGES[:4])
    (tmp_path / "3" / "up").symlink_to("..")
    (tmp_path / "again").symlink_to(tmp_path)
    found = read_images(tmp_path)
    assert found.names == ("3",)
    assert found.account.left_out == (
        f"{tmp_path}: 2 links lead to a folder that contains it, and is not followed: 3/up, again",
    )


def test_a_link_that_leads_nowhere_is_no_missing_class(tmp_path: Path) -> None:
    save(tmp_path / "5", IMAGES[:4])
    (tmp_path / "3").symlink_to("unmounted")
    with pytest.raises(InputError, match="/3 is a link to something that does not exist"):
        read_images(tmp_path)


def test_what_is_not_an_image_is_counted_by_its_ending(tmp_path: Path) -> None:
    save(tmp_path, IMAGES)
    for name in ("a.txt", "b.txt", "c.json", "Makefile", ".DS_Store"):
        text(tmp_path / name, "{}")
    (tmp_path / ".thumbnails").mkdir()
    (tmp_path / "3").mkdir()
    found = read_images(tmp_path)
    assert len(found.images) == 12
    assert found.account.left_out == (
        f"{tmp_path}: 4 of 16 files are not images ({READABLE}): .txt 2, without ending 1, .json 1",
        f"{tmp_path}: 1 sub-folder has no images: 3",
        f"{tmp_path}: 1 hidden image or folder is not used: .thumbnails",
    )
    with pytest.raises(InputError, match=r"4 of 16 files .* \(and 2 more\); --strict allows nothing to be left out\.$"):
        found.account.check(strict=True)


def test_the_content_of_a_file_decides_not_its_ending(tmp_path: Path) -> None:
    save(tmp_path, IMAGES)
    (tmp_path / "11.png").rename(tmp_path / "11.dat")
    (tmp_path / "10.png").rename(tmp_path / "10")
    (tmp_path / "09.png").rename(tmp_path / "09.jpg")
    found = read_images(tmp_path)
    assert np.array_equal(found.images[..., 0], IMAGES)
    text(tmp_path / "12.png", "hello")
    with pytest.raises(InputError, match="12.png: cannot be read as an image"):
        read_images(tmp_path)
    npz = tmp_path / "images.csv"
    with npz.open("wb") as file:
        np.savez(file, images=IMAGES)
    assert kind_of(npz) == "npz"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("labels.csv", "file,label\n" + "".join(f"{i:02d}.png,{'ab'[i % 2]}\n" for i in range(12))),
        ("labels.csv", "".join(f"{i:02d}.png;{'ab'[i % 2]}\n" for i in range(12))),
        ("train.csv", "id,breed\n" + "".join(f"{i:02d},{'ab'[i % 2]}\n" for i in range(12))),
        ("labels.tsv", "label\tid\timage\n" + "".join(f"{'ab'[i % 2]}\t{90 + i}\t{i:02d}.png\n" for i in range(12))),
        ("metadata.csv", "file_name,text,label\n" + "".join(f'{i:02d}.png,"x, y",{"ab"[i % 2]}\n' for i in range(12))),
        (
            "metadata.jsonl",
            "\n".join(
                json.dumps({"file_name": f"{i:02d}.png", "caption": "x", "label": "ab"[i % 2]}) for i in range(12)
            ),
        ),
    ],
    ids=["named", "without names", "without endings", "tabs", "hugging face", "json lines"],
)
def test_a_table_gives_the_classes_of_flat_images(tmp_path: Path, name: str, content: str) -> None:
    text(save(tmp_path, IMAGES) / name, content)
    assert kind_of(tmp_path) == "folder"
    found = read_images(tmp_path)
    assert found.names == ("a", "b")
    assert found.labels.tolist() == [0, 1] * 6
    assert found.account.sentences == ()


def test_images_in_a_sub_folder_that_a_table_names(tmp_path: Path) -> None:
    save(tmp_path / "images", IMAGES)
    text(tmp_path / "metadata.csv", "file_name,label\n" + "".join(f"images/{i:02d}.png,{i % 2}.0\n" for i in range(12)))
    assert read_images(tmp_path).names == ("0", "1")


def test_images_without_a_row_and_rows_without_an_image_are_counted(tmp_path: Path) -> None:
    save(tmp_path, IMAGES)
    text(tmp_path / "labels.csv", "file,label\n" + "".join(f"{i:02d}.png,{i % 2}\n" for i in range(2, 14)))
    found = read_images(tmp_path)
    assert np.array_equal(found.images[..., 0], IMAGES[2:])
    assert found.files[0] == "02.png"
    assert found.account.left_out == (
        f"{tmp_path}: 2 of 12 images are not in labels.csv: 00.png, 01.png",
        f"{tmp_path}: 2 of 12 rows of labels.csv name no image here: 12.png, 13.png",
    )


def test_empty_class_folders_and_splits_of_a_dataset(tmp_path: Path) -> None:
    for split, part in (("Train", IMAGES[:8]), ("Test", IMAGES[8:])):
        save(tmp_path / split / "3", part[::2])
        save(tmp_path / split / "5", part[1::2])
    (tmp_path / "Train" / "7").mkdir()
    text(tmp_path / "README.md", "x")
    data = load(Folder(), tmp_path)
    assert (data.class_names, data.counts, len(data.test_labels)) == (("3", "5"), (4, 4), 4)
    assert data.account.sentences == (
        f"{tmp_path}: not used next to the splits: README.md",
        f"{tmp_path}/Train: 1 sub-folder has no images: 7",
        f"{tmp_path}: Train is the training split, Test the test split",
    )
    with pytest.raises(InputError, match="Test and Train look like splits of a dataset; name one of them: .*Train"):
        read_images(tmp_path)


def test_a_validation_split_is_the_test_split_only_if_there_is_none(tmp_path: Path) -> None:
    for split, part in (("train", IMAGES[:8]), ("val", IMAGES[8:10])):
        save(tmp_path / split, part)
    assert len(load(Folder(), tmp_path).test_labels) == 2
    save(tmp_path / "TEST", IMAGES[10:])
    data = load(Folder(), tmp_path)
    assert len(data.labels) == 8 and len(data.test_labels) == 2
    assert data.account.left_out == (f"{tmp_path}: not used next to the splits: val",)


def test_a_table_next_to_splits_without_classes_is_not_ignored(tmp_path: Path) -> None:
    save(tmp_path / "train", IMAGES[:8])
    save(tmp_path / "test", IMAGES[8:])
    text(tmp_path / "train.csv", "id,breed\n" + "".join(f"{i:02d},{i % 2}\n" for i in range(8)))
    with pytest.raises(
        InputError, match="the splits have no classes, and train.csv may have them; move each table into"
    ):
        load(Folder(), tmp_path)
    for split, count in (("train", 8), ("test", 4)):
        text(tmp_path / split / "labels.csv", "id,breed\n" + "".join(f"{i:02d},{i % 2}\n" for i in range(count)))
    assert load(Folder(), tmp_path).counts == (4, 4)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda p: text(save(p, IMAGES) / "labels.csv", "file,a,b\n00.png,1,2\n"),
            "labels.csv names the images, but none",
        ),
        (
            lambda p: text(save(p, IMAGES) / "l.csv", "file,label\n00.png,1\n00.png,2\n"),
            "00.png has two classes, 1 and 2",
        ),
        (lambda p: text(save(p, IMAGES) / "l.csv", "file,label\n00.png,\n"), "00.png has no class"),
        (
            lambda p: [text(save(p, IMAGES) / f"{n}.csv", "file,label\n00.png,1\n") for n in "ab"],
            "a.csv and b.csv both give the classes",
        ),
        (
            lambda p: text(
                save(save(p / "x", IMAGES).parent / "y", IMAGES).parent / "labels.csv", "file,label\nx/00.png,y\n"
            ),
            "says that x/00.png is y, but its sub-folder says x",
        ),
        (lambda p: text(save(p, IMAGES) / "m.jsonl", "[1]\n"), "each line must be a JSON object"),
    ],
)
def test_a_table_that_contradicts_itself_or_the_folders(
    tmp_path: Path, make: Callable[[Path], object], message: str
) -> None:
    make(tmp_path / "data")
    with pytest.raises(InputError, match=message) as caught:
        read_images(tmp_path / "data")
    assert len(str(caught.value).splitlines()) == 1


def test_broken_files_are_skipped_only_when_asked_and_counted(tmp_path: Path) -> None:
    save(tmp_path / "a", IMAGES)
    whole = (tmp_path / "a" / "03.png").read_bytes()
    (tmp_path / "a" / "03.png").write_bytes(whole[:60])  # its header is whole
    text(tmp_path / "a" / "05.png", "hello")
    with pytest.raises(InputError, match="0[35].png: cannot be read as an image"):
        read_images(tmp_path)
    found = read_images(tmp_path, How(skip_broken=True))
    kept = [i for i in range(12) if i not in (3, 5)]
    assert np.array_equal(found.images[..., 0], IMAGES[kept])
    assert found.files == tuple(f"a/{i:02d}.png" for i in kept)
    assert found.account.left_out == (f"{tmp_path}: 2 of 12 images are broken: a/03.png, a/05.png",)
    assert [Path(file).name for file, _ in found.account.broken] == ["03.png", "05.png"]
    for path in (tmp_path / "a").iterdir():
        path.write_bytes(b"")
    with pytest.raises(InputError, match="all of 12 image files are broken"):
        read_images(tmp_path, How(skip_broken=True))
