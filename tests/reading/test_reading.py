"""Files that people bring are read as they are, or refused in one sentence that names the file."""

import gzip
import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmark.errors import InputError
from benchmark.images.reading import How, read_images

STRETCH = How(fit="stretch", size=(6, 6))
RNG = np.random.default_rng(0)
GREY = RNG.integers(0, 256, (12, 6, 6), dtype=np.uint8)

COLOUR = RNG.integers(0, 256, (12, 6, 6, 3), dtype=np.uint8)


def save(folder: Path, images: np.ndarray, ending: str = "png") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for i, image in enumerate(images):
        Image.fromarray(image).save(folder / f"{i}.{ending}")
    return folder


def csv(images: np.ndarray, labels: list[object] | None = None, header: str = "") -> str:
    rows = [",".join(map(str, image.ravel())) for image in images]
    lines = [f"{label},{row}" for label, row in zip(labels, rows, strict=True)] if labels else rows
    return "\n".join(([header] if header else []) + lines) + "\n"


def test_a_flat_folder_in_the_order_of_numbers(tmp_path: Path) -> None:
    found = read_images(save(tmp_path / "flat", GREY))
    assert np.array_equal(found.images[..., 0], GREY)  # 2.png before 10.png
    assert found.labels is None
    assert found.files[:3] == ("0.png", "1.png", "2.png")


def test_a_folder_with_a_class_per_sub_folder(tmp_path: Path) -> None:
    for name, part in (("sandal", COLOUR[:5]), ("bag", COLOUR[5:])):
        save(tmp_path / "own" / name, part)
    (tmp_path / "own" / ".DS_Store").write_text("")
    found = read_images(tmp_path / "own")
    assert found.names == ("bag", "sandal")
    assert np.array_equal(found.images[found.labels == 1], COLOUR[:5])


def test_jpeg_and_opaque_alpha_are_read(tmp_path: Path) -> None:
    assert read_images(save(tmp_path / "jpeg", COLOUR, "jpg")).images.shape == (12, 6, 6, 3)
    opaque = np.concatenate([COLOUR, np.full((12, 6, 6, 1), 255, np.uint8)], axis=-1)
    assert np.array_equal(read_images(save(tmp_path / "alpha", opaque)).images, COLOUR)


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("form", ["n h w", "n h w 1", "flat", "float", "colour"])
def test_arrays(tmp_path: Path, form: str, packed: bool) -> None:
    array = {
        "n h w": GREY,
        "n h w 1": GREY[..., None],
        "flat": GREY.reshape(12, -1),
        "float": GREY / 255,
        "colour": COLOUR,
    }[form]
    path = tmp_path / "a.npy"
    np.save(path, array)
    if packed:
        path = tmp_path / "a.npy.gz"
        path.write_bytes(gzip.compress((tmp_path / "a.npy").read_bytes()))
    found = read_images(path).images
    assert found.dtype == array.dtype
    assert np.array_equal(found.reshape(array.shape), array)


def test_npz_with_labels_and_names(tmp_path: Path) -> None:
    labels = np.arange(12) % 3
    np.savez(tmp_path / "a.npz", x_train=GREY, y_train=labels[:, None])
    found = read_images(tmp_path / "a.npz")
    assert found.names == ("0", "1", "2") and np.array_equal(found.labels, labels)
    np.savez(tmp_path / "b.npz", images=GREY, labels=labels, class_names=np.array(["shoe", "hat", "bag"]))
    found = read_images(tmp_path / "b.npz")
    assert [found.names[i] for i in found.labels[:3]] == ["shoe", "hat", "bag"]


@pytest.mark.parametrize("header", ["", "label,1x1,1x36", "counted"])
def test_csv_with_and_without_header_plain_and_gzipped(tmp_path: Path, header: str) -> None:
    header = "label," + ",".join(map(str, range(36))) if header == "counted" else header
    if header:
        header = header if header.count(",") == 36 else "label," + ",".join(f"p{i}" for i in range(36))
    labels = [i % 2 for i in range(12)]
    (tmp_path / "a.csv").write_text(csv(GREY, labels, header))
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress((tmp_path / "a.csv").read_bytes()))
    for name in ("a.csv", "a.csv.gz"):
        found = read_images(tmp_path / name)
        assert found.images.dtype == np.uint8
        assert np.array_equal(found.images[..., 0], GREY)
        assert found.labels.tolist() == labels


def test_csv_with_class_names_and_without_labels(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(csv(GREY, ["hat", "bag"] * 6))
    assert read_images(tmp_path / "a.csv").names == ("bag", "hat")
    (tmp_path / "b.csv").write_text(csv(GREY))
    assert read_images(tmp_path / "b.csv").labels is None
    (tmp_path / "c.csv").write_text(csv(GREY / 255, [1] * 12))
    assert read_images(tmp_path / "c.csv").images[..., 0] == pytest.approx(GREY / 255)


def test_black_and_white(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", GREY > 100)
    assert np.array_equal(read_images(tmp_path / "a.npy").images[..., 0], 255 * (GREY > 100))


def test_idx(tmp_path: Path) -> None:
    path = tmp_path / "fake-idx3-ubyte.gz"
    path.write_bytes(gzip.compress(struct.pack(">BBBB3I", 0, 0, 8, 3, 12, 6, 6) + GREY.tobytes()))
    assert np.array_equal(read_images(path).images[..., 0], GREY)


def test_resized_only_when_asked(tmp_path: Path) -> None:
    folder = save(tmp_path / "flat", GREY)
    Image.fromarray(np.zeros((9, 8), np.uint8)).save(folder / "3.png")
    with pytest.raises(InputError, match=r"3.png is 9x8 in grey, but 0.png is 6x6 in grey; all images must be alike"):
        read_images(folder)
    assert read_images(folder, STRETCH).images.shape == (12, 6, 6, 1)
    np.save(tmp_path / "a.npy", COLOUR / 255)
    found = read_images(tmp_path / "a.npy", How(fit="stretch", size=(3, 3))).images
    assert found.shape == (12, 3, 3, 3) and 0 < found.min() < found.max() < 1


def test_resizing_keeps_the_mean_of_an_image(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", GREY)
    assert read_images(tmp_path / "a.npy", How(fit="stretch", size=(3, 3))).images.mean() == pytest.approx(
        GREY.mean(), rel=0.03
    )


def png(folder: Path, mode: str, **more: object) -> Path:
    save(folder, GREY[:2])
    Image.new(mode, (6, 6), *(["red"] if mode in ("P", "RGB") else [])).save(folder / "1.png", **more)
    return folder


def damaged(folder: Path) -> Path:
    save(folder, RNG.integers(0, 256, (2, 40, 40), dtype=np.uint8))
    (folder / "1.png").write_bytes((folder / "1.png").read_bytes()[:300])
    return folder


def text(path: Path, content: str) -> Path:
    path.write_text(content)
    return path


def npz(path: Path, **arrays: np.ndarray) -> Path:
    np.savez(path, **arrays)
    return path


def npy(path: Path, array: np.ndarray) -> Path:
    np.save(path, array)
    return path


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda p: p / "nowhere", "does not exist; allowed are a folder of images"),
        (lambda p: text(p / "a.txt", "x"), "a.txt' cannot be read; allowed are a folder"),
        (lambda p: save(p / "empty", GREY[:0]), r"empty: no images found\."),
        (lambda p: text(save(p / "text", GREY[:0]) / "a.txt", "x").parent, r"1 of 1 file is not an image .*: \.txt 1"),
        (
            lambda p: save(save(p / "both", GREY[:1]) / "3", GREY).parent,
            r"there are images both in the folder itself \(.*\) and in sub-folders",
        ),
        (lambda p: save(p / "deep" / "a" / "b", GREY).parent.parent, "sub-folders of sub-folders"),
        (lambda p: png(p / "palette", "P"), "1.png is 6x6 in colour, but 0.png is 6x6 in grey; .*: add --convert"),
        (lambda p: png(p / "alpha", "LA"), "1.png: has transparent pixels; add --convert gray or --convert rgb"),
        (lambda p: png(p / "key", "L", transparency=0), "1.png: has transparent pixels; add --convert"),
        (
            lambda p: png(p / "deep", "I;16"),
            "1.png is 6x6 in grey with 16 bits per value, but 0.png is 6x6 in grey; .*: add --convert",
        ),
        (lambda p: png(p / "mixed", "RGB"), "1.png is 6x6 in colour, but 0.png is 6x6 in grey"),
        (lambda p: damaged(p / "cut"), "1.png: cannot be read as an image"),
        (
            lambda p: text(save(p / "not", GREY[:1]) / "1.png", "hello").parent,
            "as an image .its content is not an image",
        ),
        (lambda p: npy(p / "a.npy", np.array(["x"])), "images have the type <U1; allowed are bytes and other numbers"),
        (lambda p: npy(p / "a.npy", np.zeros((3, 2, 5, 5))), r"shape \(3, 2, 5, 5\); expected"),
        (lambda p: npy(p / "a.npy", np.zeros((3, 3, 5, 5))), "channels come last here"),
        (lambda p: npy(p / "a.npy", np.zeros((3, 10))), "10 values per image do not make a square"),
        (lambda p: npy(p / "a.npy", np.full((3, 4, 4), np.nan)), "48 values are NaN or infinite"),
        (lambda p: npy(p / "a.npy", np.zeros((0, 4, 4))), "the file contains no images"),
        (lambda p: text(p / "a.npz", "PK hello"), "cannot be read as NumPy arrays"),
        (
            lambda p: npz(p / "a.npz", a=GREY, b=GREY),
            r"the arrays are a \(12, 6, 6\), b \(12, 6, 6\); name the images 'images' and the labels 'labels'",
        ),
        (
            lambda p: npz(p / "a.npz", images=GREY, labels=np.arange(5)),
            "has 12 images but 5 labels; there must be one label per image",
        ),
        (
            lambda p: npz(p / "a.npz", images=GREY, labels=np.linspace(0, 1, 12)),
            "labels have the type float64; allowed are",
        ),
        (lambda p: npz(p / "a.npz", images=GREY, labels=np.arange(12), class_names=np.array(["a"])), "1 class names"),
        (lambda p: text(p / "a.csv", "1,2,3\n"), "has 3 columns; expected the label and the pixels of a square image"),
        (lambda p: text(p / "a.csv", csv(GREY, [1] * 12) + "1,2\n"), "image 13 has 2 columns, but the first has 37"),
        (lambda p: text(p / "a.csv", "7,1,2,x,4\n7,1,2,3,4\n"), r"'x' is not a number \(image 1, column 4\)"),
        (lambda p: text(p / "a.csv", "l,a,b,c,d\n7,1,2,3,4\n7,1,2,3,\n"), r"'' is not a number \(image 2, column 5\)"),
        (lambda p: text(p / "a.csv", "7,1,2,1_0,4\n"), r"'1_0' is not a number \(image 1, column 4\)"),
        (lambda p: text(p / "a.npy.gz", "hello"), "a.npy.gz: not a file of NumPy arrays, despite its name"),
        (lambda p: save(p / "photos", GREY[:1]) / "0.png", "cannot be read; allowed are .*Name its folder: '.*photos'"),
        (lambda p: save(p / "photos", GREY[:1]).with_name("photo"), "does not exist; .*Did you mean '.*photos'"),
        (lambda p: text(p / "a.csv", "\n"), "a.csv: the file contains no images"),
        (lambda p: text(p / "a-ubyte", "hello"), "not an IDX file"),
    ],
)
def test_what_cannot_be_read_is_one_sentence(tmp_path: Path, make, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        read_images(make(tmp_path))
    assert len(str(caught.value).splitlines()) == 1
