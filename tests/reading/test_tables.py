"""CSV, .npz and Parquet as people have them: which column or array is the class follows from names or values."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmark.datasets.npz import Npz
from benchmark.datasets.parquet import Parquet
from benchmark.errors import InputError
from benchmark.images.reading import read_images
from benchmark.images.real import load

IMAGES = np.random.default_rng(0).integers(0, 256, (12, 4, 4), dtype=np.uint8)
LABELS = np.arange(12) % 2 + 3
PIXELS = [f"pixel{i}" for i in range(1, 17)]


def csv(path: Path, header: Sequence[object], columns: Sequence[Sequence[object]], separator: str = ",") -> Path:
    rows = ([header] if header else []) + [list(row) for row in zip(*columns, strict=True)]
    path.write_text("\n".join(separator.join(map(str, row)) for row in rows) + "\n")
    return path


def pixels(images: np.ndarray = IMAGES) -> list[list[int]]:
    """Return a list of values for each pixel."""
    return images.reshape(len(images), -1).T.tolist()


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("name", ["label", "Class", "class", "target", "y"])
@pytest.mark.parametrize("place", [0, 7, 16])
def test_the_class_is_the_column_that_is_called_so(tmp_path: Path, separator: str, name: str, place: int) -> None:
    header, columns = [*PIXELS], pixels()
    header.insert(place, name)
    columns.insert(place, LABELS.tolist())
    found = read_images(csv(tmp_path / "a.csv", header, columns, separator))
    assert np.array_equal(found.images[..., 0], IMAGES)
    assert [found.names[i] for i in found.labels] == list(map(str, LABELS))
    assert found.account.sentences == ()


def test_columns_that_are_neither_are_named(tmp_path: Path) -> None:
    columns = [list(range(12)), ["x"] * 12, *pixels(), LABELS.tolist()]
    found = read_images(csv(tmp_path / "a.csv", ["", "source", *PIXELS, "class"], columns))
    assert np.array_equal(found.images[..., 0], IMAGES)
    assert found.account.left_out == (f"{tmp_path / 'a.csv'}: 2 columns not used: '', source",)


def test_without_names_the_first_column_is_the_class_or_the_last_if_only_that_can_be(tmp_path: Path) -> None:
    first = read_images(csv(tmp_path / "a.csv", [], [LABELS.tolist(), *pixels()]))
    last = read_images(csv(tmp_path / "b.csv", [], [*pixels(), LABELS.tolist()]))
    for found in (first, last):
        assert np.array_equal(found.images[..., 0], IMAGES)
        assert found.labels.tolist() == (LABELS - 3).tolist()
    assert first.account.sentences == ()
    assert last.account.sentences == (f"{tmp_path / 'b.csv'}: the last column is read as the class",)


@pytest.mark.parametrize(
    ("first", "last", "message"),
    [
        ([0] * 12, [0, 1, 2] * 4, "cannot tell whether the first or the last column is the class; add a first line"),
        (range(12), range(12), "neither the first nor the last column has the values of classes; add a first line"),
        ([3] * 11 + [""], [3] * 11 + [""], "image 12 has no class"),
    ],
)
def test_no_guess_is_made_if_both_columns_can_be_the_class(tmp_path: Path, first, last, message: str) -> None:
    middle = pixels()[1:]
    columns = [list(first), *middle, list(last)]
    if message == "image 12 has no class":
        path = csv(tmp_path / "a.csv", ["label", *PIXELS], [list(first), *pixels()])
    else:
        path = csv(tmp_path / "a.csv", [], columns)
    with pytest.raises(InputError, match=message) as caught:
        read_images(path)
    assert len(str(caught.value)) < 300 + len(str(tmp_path))


def test_class_names_with_commas_in_quotes(tmp_path: Path) -> None:
    names = ['"a, b"', "c"] * 6
    found = read_images(csv(tmp_path / "a.csv", [*PIXELS, "label"], [*pixels(), names]))
    assert found.names == ("a, b", "c")
    assert np.array_equal(found.images[..., 0], IMAGES)


@pytest.mark.parametrize("names", [[str(i) for i in range(17)], ["0", *PIXELS], ["breed", *PIXELS]])
def test_other_column_names(tmp_path: Path, names: list[str]) -> None:
    """As pandas writes them, and with a class of another name."""
    found = read_images(csv(tmp_path / "a.csv", names, [LABELS.tolist(), *pixels()]))
    assert np.array_equal(found.images[..., 0], IMAGES)
    assert found.names == ("3", "4")


@pytest.mark.parametrize("key", ["label", "labels", "y", "Y", "target", "targets", "class", "Label", "arr_1"])
def test_labels_of_npz_are_found_by_many_names(tmp_path: Path, key: str) -> None:
    np.savez(tmp_path / "a.npz", **{"images": IMAGES, key: LABELS, "ids": np.arange(12)})
    found = read_images(tmp_path / "a.npz")
    assert [found.names[i] for i in found.labels] == list(map(str, LABELS))
    assert found.account.left_out == (f"{tmp_path / 'a.npz'}: 1 array not used: ids (12)",)


def test_arrays_of_npz_that_are_not_used_are_named(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", images=IMAGES, kind=LABELS, weights=np.zeros((3, 2)))
    found = read_images(tmp_path / "a.npz")
    assert found.labels is None
    assert found.account.left_out == (
        f"{tmp_path / 'a.npz'}: 2 arrays not used: kind (12), weights (3, 2); if one has the labels, name it 'labels'",
    )
    np.savez(tmp_path / "b.npz", x_train=IMAGES, y_train=LABELS, x_test=IMAGES + 1, y_test=LABELS, x_val=IMAGES)
    assert (
        read_images(tmp_path / "b.npz")
        .account.left_out[0]
        .endswith("3 arrays not used: x_test (12, 4, 4), y_test (12), x_val (12, 4, 4)")
    )
    assert load(Npz(), tmp_path / "b.npz").account.left_out[0].endswith("1 array not used: x_val (12, 4, 4)")


def test_one_hot_labels_and_class_names(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", x=IMAGES, y=np.eye(2)[LABELS - 3], classes=np.array(["hat", "bag"]))
    found = read_images(tmp_path / "a.npz")
    assert [found.names[i] for i in found.labels[:2]] == ["hat", "bag"]
    assert found.account.sentences == ()


def test_a_zip_archive_of_images_is_not_taken_for_arrays(tmp_path: Path) -> None:
    import zipfile

    with zipfile.ZipFile(tmp_path / "images.zip", "w") as file:
        file.writestr("1.png", b"x")
    with pytest.raises(InputError, match="is a zip archive without NumPy arrays; unpack it and name the folder"):
        read_images(tmp_path / "images.zip")


def encoded(image: np.ndarray) -> bytes:
    content = io.BytesIO()
    Image.fromarray(image).save(content, "PNG")
    return content.getvalue()


@pytest.mark.parquet
def test_parquet_as_on_hugging_faces_hub(tmp_path: Path) -> None:
    import pyarrow
    from pyarrow import parquet

    def write(name: str, at: slice) -> None:
        cells = [{"bytes": encoded(image), "path": f"{i}.png"} for i, image in enumerate(IMAGES[at])]
        features = {"label": {"names": ["no", "none", "not", "hat", "bag"], "_type": "ClassLabel"}}
        about = {b"huggingface": json.dumps({"info": {"features": features}}).encode()}
        table = pyarrow.table({"image": cells, "label": LABELS[at].tolist(), "id": list(range(len(cells)))})
        parquet.write_table(table.replace_schema_metadata(about), tmp_path / name)

    write("train-00000-of-00001.parquet", slice(8))
    write("test-00000-of-00001.parquet", slice(8, 12))
    path = tmp_path / "train-00000-of-00001.parquet"
    found = read_images(path)
    assert np.array_equal(found.images[..., 0], IMAGES[:8])
    assert [found.names[i] for i in found.labels[:2]] == ["hat", "bag"]
    assert found.account.left_out == (f"{path}: 1 column not used: id",)
    data = load(Parquet(), tmp_path)
    assert (data.counts, len(data.test_labels)) == ((4, 4), 4)


@pytest.mark.parquet
def test_parquet_with_pixels_and_with_the_classes_of_files(tmp_path: Path) -> None:
    import pyarrow
    from pyarrow import parquet

    values = dict(zip(PIXELS, pixels(), strict=True))
    parquet.write_table(pyarrow.table({**values, "class": LABELS.tolist()}), tmp_path / "a.parquet")
    found = read_images(tmp_path / "a.parquet")
    assert np.array_equal(found.images[..., 0], IMAGES) and found.names == ("3", "4")
    (tmp_path / "flat").mkdir()
    for i, image in enumerate(IMAGES):
        (tmp_path / "flat" / f"{i}.png").write_bytes(encoded(image))
    table = pyarrow.table({"file_name": [f"{i}.png" for i in range(12)], "label": LABELS.tolist()})
    parquet.write_table(table, tmp_path / "flat" / "metadata.parquet")
    assert read_images(tmp_path / "flat").names == ("3", "4")
    (tmp_path / "b.parquet").write_bytes(b"PAR1 and nothing")
    with pytest.raises(InputError, match="b.parquet: cannot be read as Parquet"):
        read_images(tmp_path / "b.parquet")
