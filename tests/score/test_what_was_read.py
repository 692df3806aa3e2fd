"""What a command says of the files that it was given, before anything runs: counts per class, and what is not used."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from benchmark.images.real import RealData
from benchmark.plan.overview import classes

from .conftest import FAST, save

DIGITS = ("--against", "digits")


@pytest.fixture
def photos(bench, digits: RealData) -> Path:
    """Threes and fives of 8x8, in two class folders with a comma in a name, and a text file."""
    folder = bench.folder / "photos"
    for name, digit in (("a, b", 3), ("c", 5)):
        save(folder / name, np.rint(digits.raw[digits.labels == digit] * 255).astype(np.uint8))
    (folder / "notes.txt").write_text("x")
    (folder / "empty").mkdir()
    return folder


def lines(text: str) -> list[str]:
    return [line.removeprefix("bench: ") for line in text.splitlines()]


def test_the_plan_shows_classes_and_counts_and_what_is_not_used(bench, photos: Path) -> None:
    said = lines(bench("run", "-g", "smote", "--data-dir", "photos", "-c", "a, b", "--quick", "--dry-run").stderr)
    assert said[0] == (
        "Real images: photos (folder), 293 of 8x8 in grey, 58 of them in the test split; 2 classes: a, b (147), c (146)"
    )
    assert said[1].startswith("photos: 1 of 294 files is not an image (PNG, JPEG, ")
    assert said[2] == "photos: 1 sub-folder has no images: empty"
    said = lines(bench("score", "photos/c", "--real", "photos", "-c", "c", "--dry-run").stderr)
    assert said[1] == "c: 146 images; 1 class: c (146)"


def test_strict_refuses_what_is_not_used_in_real_and_in_synthetic_images(bench, photos: Path, small) -> None:
    refused = bench("run", "-g", "smote", "--data-dir", "photos", "--strict", "--dry-run", code=2).stderr
    assert "photos: 1 of 294 files is not an image" in refused and "(and 1 more); --strict allows" in refused
    fives = save(bench.folder / "fives", np.rint(small[:20] * 255).astype(np.uint8))
    bench("score", fives, *DIGITS, "-c", "5", "--strict", "--dry-run")
    (fives / "a.txt").write_text("x")
    for option in ([fives], [bench.folder / "npy.npy", "--train", fives]):
        np.save(bench.folder / "npy.npy", small[:20])
        refused = bench("score", *option, *DIGITS, "-c", "5", "--strict", "--dry-run", code=2).stderr
        assert "1 of 21 files is not an image" in refused


def test_broken_files_are_listed_in_the_output_folder(bench, small: np.ndarray) -> None:
    fives = save(bench.folder / "fives", np.rint(small * 255).astype(np.uint8))
    (fives / "3.png").write_bytes(b"")
    command = ("score", "fives", *DIGITS, "-c", "5", "-m", "nearest_neighbour", *FAST[2:], "--no-report")
    bench(*command, code=2)
    assert "fives: 1 of 36 images are broken: 3.png" in bench(*command, "--skip-broken").stderr
    listed = bench.folder / "bench-results" / "broken.csv"
    with listed.open(newline="") as file:
        rows = list(csv.reader(file))
    assert rows == [["file", "reason"], ["fives/3.png", "fives/3.png: cannot be read as an image (it is empty)."]]
    (fives / "3.png").unlink()
    bench(*command)
    assert not listed.exists()


def test_synthetic_images_are_fitted_to_the_real_ones_and_both_to_a_size(bench, photos: Path) -> None:
    wide = np.repeat(np.random.default_rng(0).integers(0, 255, (20, 8, 8, 1), dtype=np.uint8), 2, axis=2)
    save(bench.folder / "wide", wide)
    command = ("score", "wide", "--real", "photos", "-c", "c", "--as-is", "--dry-run")
    assert "the images are 8x16, but the real images are 8x8; add --fit" in bench(*command, code=2).stderr
    assert "wide: 20 of 20 images were cropped and scaled to 8x8" in bench(*command, "--fit", "crop").stderr
    said = bench(*command, "--fit", "pad", "--size", "16").stderr
    assert "293 of 16x16 in grey" in said
    assert "photos: 293 of 293 images were scaled and padded with black to 16x16" in said
    assert "wide: 20 of 20 images were scaled and padded with black to 16x16" in said
    assert "--size 16 needs --fit crop, --fit pad or --fit stretch" in bench(*command, "--size", "16", code=2).stderr
    refused = bench("run", "-g", "smote", "-d", "digits", "--convert", "gray", code=2).stderr
    assert "--convert is for your own images (--data-dir); dataset 'digits' is read as it is" in refused


def test_many_classes_are_shown_short() -> None:
    assert classes(["bag"], [4000]) == "1 class: bag (4,000)"
    assert classes([f"{i:03d}" for i in range(200)], range(200)) == (
        "200 classes of 0 to 199 images: 000 (0), 001 (1), 002 (2), 003 (3), 004 (4), ..., 198 (198), 199 (199)"
    )
