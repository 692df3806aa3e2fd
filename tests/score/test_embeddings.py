"""The user's own features: matched by names or by order, used as they are, and mismatches are one sentence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from benchmark.images.reading import read_images
from benchmark.images.real import RealData

from .conftest import table

ONLY = ["-m", "mixing,frechet,classifier", "--map-points", "0", "--no-report", "--quiet", "--as-is"]


@pytest.fixture
def sets(bench: Any, digits: RealData) -> dict[str, np.ndarray]:
    """Folders `real` and `fake` with threes and fives, and the features of their files: pixels, halved."""
    rng, found = np.random.default_rng(0), {}
    raw = (digits.raw * 255 if digits.raw.dtype != np.uint8 else digits.raw).astype(np.uint8)
    for label in (3, 5):
        members = rng.permutation(np.flatnonzero(digits.labels == label))
        for name, chosen in (("real", members[:100]), ("fake", members[100:130])):
            folder = bench.folder / name / str(label)
            folder.mkdir(parents=True)
            for i in chosen:
                Image.fromarray(raw[i, ..., 0]).save(folder / f"{i}.png")
    for name in ("real", "fake"):
        images = read_images(bench.folder / name).images
        found[name] = images.reshape(len(images), -1).astype(np.float32) / 510
    return found


def score(bench: Any, embeddings: str, out: str, code: int = 0) -> Any:
    command = ["score", "fake", "--real", "real", "--features", "embeddings", "--embeddings", embeddings]
    return bench(*command, *ONLY, "-o", out, code=code)


@pytest.mark.slow("three commands")
def test_embeddings_by_order_and_by_name_are_the_same_space(bench: Any, sets: dict[str, np.ndarray]) -> None:
    """The distance is that of the given rows; names may come in any order."""
    rng = np.random.default_rng(1)
    for name, rows in sets.items():
        np.save(bench.folder / f"{name}.npy", rows)
        order = rng.permutation(len(rows))
        files = np.array(read_images(bench.folder / name).files)
        np.savez(bench.folder / f"{name}.npz", embeddings=rows[order], names=files[order])
    score(bench, "real.npy,fake.npy", "order")
    score(bench, "real.npz,fake.npz", "names")
    order, names = (table(bench.folder / out) for out in ("order", "names"))
    for place in (("fake", "3", "frechet"), ("fake", "5", "mixing"), ("real", "3", "frechet")):
        assert order[place]["value"] and order[place]["value"] == names[place]["value"]
        assert order[place]["space"] == names[place]["space"]
        assert order[place]["space"].startswith("embeddings-")
    bench("score", "fake", "--real", "real", *ONLY, "--features", "pixels", "-o", "pixels")
    pixels = table(bench.folder / "pixels")["fake", "3", "frechet"]["value"]
    assert float(order["fake", "3", "frechet"]["value"]) == pytest.approx(float(pixels) / 4, rel=1e-4)


def test_images_that_were_made_here_have_none_and_that_is_no_failure(bench: Any, sets: dict[str, np.ndarray]) -> None:
    for name, rows in sets.items():
        np.save(bench.folder / f"{name}.npy", rows)
    score(bench, "real.npy,fake.npy", "out")
    noise = table(bench.folder / "out")["noise", "3", "mixing"]
    assert noise["status"] == "not-judged" and "have no embeddings: they were made here" in noise["reason"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda rows: {"embeddings": rows[:-1]}, "has 199 rows, but real has 200 images; give one per image, in order"),
        (lambda rows: {"embeddings": rows, "names": ["a.png"] * 200}, "200 of 200 images of real have no row, such as"),
        (lambda rows: {"embeddings": rows, "names": ["a.png"]}, "has 200 rows, but 1 names"),
        (lambda rows: {"embeddings": rows * np.nan}, "200 of 200 rows are NaN or infinite"),
        (lambda rows: {"embeddings": rows[0]}, "expected numbers (images, features) under 'embeddings'; it is float32"),
        (lambda rows: {"rows": rows}, "expected numbers (images, features) under 'embeddings'; there is none"),
        (lambda rows: {"embeddings": rows[:, :9]}, "--embeddings have different numbers of features: 9, 64"),
    ],
)
def test_embeddings_that_do_not_match_are_one_sentence(
    bench: Any, sets: dict[str, np.ndarray], change: Any, said: str
) -> None:
    np.save(bench.folder / "fake.npy", sets["fake"])
    np.savez(bench.folder / "real.npz", **change(sets["real"]))
    done = score(bench, "real.npz,fake.npy", "out", code=2)
    assert said in done.stderr and len(done.stderr.splitlines()) == 1


def test_what_is_missing_is_said(bench: Any, sets: dict[str, np.ndarray]) -> None:
    np.save(bench.folder / "real.npy", sets["real"])
    assert "--embeddings names 1 files for 2 sets of images" in score(bench, "real.npy", "out", code=2).stderr
    Path(bench.folder / "text.npy").write_text("no numbers")
    assert "it is not an .npy or .npz file" in score(bench, "text.npy,real.npy", "out", code=2).stderr
    done = bench("score", "fake", "--real", "real", "--features", "embeddings", *ONLY, code=2)
    assert "embeddings need --embeddings REAL,FAKE" in done.stderr
    done = bench("score", "fake", "--real", "real", "--embeddings", "real.npy,real.npy", *ONLY, code=2)
    assert " is for --features embeddings" in done.stderr
