"""What cannot be scored stops before anything is scored: one sentence, exit 2, nothing written."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from benchmark.errors import InputError
from benchmark.images import ranges
from benchmark.images.image_set import to_images
from benchmark.images.real import RealData
from benchmark.images.sets import names_of, read_set
from benchmark.settings import from_mapping

from .conftest import save


@pytest.fixture(scope="module")
def real(mnist: RealData) -> np.ndarray:
    """Real fives, float32 in [0, 1]."""
    return to_images(mnist.raw[mnist.members(5)[:300]])


def read(path: Path, data: RealData, **options: object):
    return read_set("a", path, from_mapping({"fake": [str(path)], "classes": "5", **options}), data)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda x: x * 2 - 1, r"the values look like \[-1, 1\] \(they range from -1 to 1\); add --range -1,1\."),
        (lambda x: x * 255, r"the values look like \[0, 255\] \(they range from 0 to 255\); add --range 0,255\."),
        (lambda x: (x * 255).astype(np.int64), r"the values look like \[0, 255\].*add --range 0,255\."),
        (lambda x: (x > 0.5).astype(np.uint8), r"the values look like \[0, 1\] saved as bytes; add --range 0,1\."),
        (lambda x: (x - 0.13) / 0.31, "the values .they range from -0.419.* to 2.8.* are neither bytes nor in"),
        (
            lambda x: x - 0.5,
            r"the values look like \[-0.5, 0.5\] \(they range from -0.5 to 0.5\); add --range -0.5,0.5\.",
        ),
        (
            lambda x: x / 2,
            "the values range from 0 to 0.5, those of the real images up to 1; add --range 0,0.5, or add --as-is",
        ),
        (
            lambda x: (x * 127).astype(np.uint8),
            "the values range from 0 to 0.498.*, those of the real images up to 1; add --range 0,0.498",
        ),
        (lambda x: x * 0, "all values are 0; save the images again, or add --as-is if the values are correct"),
        (lambda x: x / 255, "the values end at 0.0039.*, those of the real images at 1; add --range 0,0.0039"),
        (
            lambda x: 1 - x,
            r"look inverted \(white on black in one set, black on white in the other\); add --invert, or add --as-is",
        ),
        (lambda x: (255 - x * 255).astype(np.uint8), r"a.npy: the images look inverted \(.*\); add --invert"),
        (
            lambda x: x / 2 + 0.5,
            r"the values look like \[0.5, 1\].*add --range 0.5,1, or add --as-is if the values are correct",
        ),
    ],
)
def test_a_wrong_range_stops_and_says_what_to_add(
    tmp_path: Path, mnist: RealData, real: np.ndarray, change, message: str
) -> None:
    np.save(tmp_path / "a.npy", change(real))
    with pytest.raises(InputError, match=message):
        read(tmp_path / "a.npy", mnist)


@pytest.mark.parametrize(
    ("change", "options"),
    [
        (lambda x: x * 2 - 1, {"range": "-1,1"}),
        (lambda x: x * 255, {"range": "0,255"}),
        (lambda x: 1 - x, {"invert": True}),
        (lambda x: x / 2 + 0.5, {"range": "0.5,1"}),
        (lambda x: 1 - 2 * x, {"range": "1,-1"}),
        (lambda x: x, {}),
    ],
)
def test_what_it_says_to_add_brings_the_values_back(
    tmp_path: Path, mnist: RealData, real: np.ndarray, change, options: dict[str, object]
) -> None:
    np.save(tmp_path / "a.npy", change(real.astype(np.float64)))
    assert read(tmp_path / "a.npy", mnist, **options).images[5].images == pytest.approx(real, abs=1e-6)


@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        (
            lambda x: x,
            {"range": "0,255"},
            "with --range 0,255, the values end at 0.0039.*; the original values range from 0 to 1; fix --range",
        ),
        (
            lambda x: x,
            {"invert": True},
            "with --invert, the images look inverted .*fix --invert, or add --as-is if the values are correct",
        ),
        (lambda x: x - 0.5, {"range": "-1,1"}, "with --range -1,1, .*; the original values range from -0.5 to 0.5;"),
        (lambda x: x, {"range": "1,0", "invert": False}, "with --range 1,0, the images look inverted"),
    ],
)
def test_what_is_said_of_the_values_is_checked_too(
    tmp_path: Path, mnist: RealData, real: np.ndarray, change, options: dict[str, object], message: str
) -> None:
    np.save(tmp_path / "a.npy", change(real))
    with pytest.raises(InputError, match=message):
        read(tmp_path / "a.npy", mnist, **options)
    assert read(tmp_path / "a.npy", mnist, **options, as_is=True).images[5].images.shape == real.shape


def test_images_stretched_one_by_one_are_noticed() -> None:
    rng = np.random.default_rng(0)
    real = rng.uniform(0.2, 0.7, (200, 8, 8, 1)).astype(np.float32)
    low, high = real.min(axis=(1, 2, 3), keepdims=True), real.max(axis=(1, 2, 3), keepdims=True)
    problem, fix = ranges.suspicion((real - low) / (high - low), real)
    assert "each image is stretched to its own black and white" in problem
    assert fix == "save all images with the same range"
    assert ranges.suspicion(real, real) == ("", "")


def test_bad_generators_are_no_wrong_ranges(real: np.ndarray) -> None:
    rng = np.random.default_rng(0)
    for made in (
        np.clip(rng.normal(real.mean(axis=0), real.std(axis=0), real.shape), 0, 1),
        real.mean(axis=0)[None],
        real[:1],
        np.roll(real, 5, axis=1),
        real**2,
        np.clip(real * 1.5, 0, 1),
        real * 0.7,
    ):
        assert ranges.suspicion(made, real) == ("", "")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1", "write two numbers, the values of black and white, such as -1,1"),
        ("a,b", "write two numbers"),
        ("1,1", "must be two different numbers"),
    ],
)
def test_a_range_that_is_none(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        ranges.parse(text)


def test_a_range_that_does_not_fit(tmp_path: Path, mnist: RealData, real: np.ndarray) -> None:
    np.save(tmp_path / "a.npy", real * 255)
    with pytest.raises(InputError, match=r"1\d% of the values lie outside --range -1,1; they range from 0 to 255"):
        read(tmp_path / "a.npy", mnist, range="-1,1")


def test_grey_images_saved_in_colour_are_used_and_colour_is_refused(
    tmp_path: Path, mnist: RealData, fives: np.ndarray
) -> None:
    np.save(tmp_path / "a.npy", fives[:20].repeat(3, axis=-1))
    found = read(tmp_path / "a.npy", mnist)
    assert np.array_equal(found.images[5].images, to_images(fives[:20]))
    assert found.notes == (
        f"{tmp_path / 'a.npy'}: the images are grey but saved with three equal channels; only one is used",
    )
    lossy = fives[:20].repeat(3, axis=-1) // 2 + np.arange(3, dtype=np.uint8)  # as WebP and JPEG leave grey
    np.save(tmp_path / "c.npy", lossy)
    assert np.array_equal(read(tmp_path / "c.npy", mnist, as_is=True).images[5].images, to_images(lossy[..., 1:2]))
    np.save(tmp_path / "b.npy", np.random.default_rng(0).integers(0, 255, (20, 28, 28, 3), dtype=np.uint8))
    with pytest.raises(
        InputError, match="the images are in colour, but the real images are grey; add --convert gray or rgb"
    ):
        read(tmp_path / "b.npy", mnist)


def test_another_size_is_resized_only_when_asked(tmp_path: Path, mnist: RealData, fives: np.ndarray) -> None:
    np.save(tmp_path / "a.npy", fives[:20].repeat(2, axis=1).repeat(2, axis=2))
    with pytest.raises(
        InputError, match="the images are 56x56, but the real images are 28x28; add --fit stretch, crop or pad"
    ):
        read(tmp_path / "a.npy", mnist)
    resized = read(tmp_path / "a.npy", mnist, fit="stretch").images[5].images
    assert np.abs(resized - to_images(fives[:20])).mean() < 0.05


@pytest.mark.parametrize(
    ("names", "fake", "message"),
    [
        ("a,b", ["x.npy"], "--names gives 2 names for 1 sets"),
        ("real", ["x.npy"], "the name 'real' belongs to a control"),
        ("a b", ["x.npy"], "the name 'a b' is not allowed"),
        ("", ["one/x.npy", "two/x.npz"], "two sets are called 'x'; name them with --names a,b"),
    ],
)
def test_names(names: str, fake: list[str], message: str) -> None:
    options = {"fake": fake, **({"names": names.split(",")} if names else {})}
    with pytest.raises(InputError, match=message):
        names_of(from_mapping(options), {"real": None})


def test_the_name_of_a_set_is_that_of_its_file() -> None:
    assert names_of(from_mapping({"fake": ["a/gan-1.npz.gz", "b/kde/"]}), {}) == ("gan-1", "kde")


def test_one_sentence_and_nothing_written(bench, tmp_path: Path, small: np.ndarray) -> None:
    fives = save(tmp_path / "fives", np.rint(small[:20] * 255).astype(np.uint8))
    np.savez(tmp_path / "three.npz", images=np.zeros((20, 8, 8), np.uint8) + 9, labels=[3] * 20)
    save(tmp_path / "named" / "8x", np.zeros((5, 8, 8, 1), np.uint8))
    for arguments, message in (
        ([], "name the images to score, as in: bench score fakes/ --against mnist --class 5"),
        (["nowhere"], "'nowhere' does not exist; allowed are a folder of images"),
        ([fives], "the images have no class labels; name their class with --class; there are: 0, 1, 2"),
        ([fives, "-c", "3,5"], "the images have no class labels; name their class"),
        ([fives, "-c", "five"], "class 'five' is not known; there are: 0, 1"),
        ([tmp_path / "three.npz", "-c", "5"], "has no images of class 5; it has 3"),
        ([tmp_path / "named"], "class '8x' is not known; there are: 0, 1"),
        ([fives, tmp_path / "three.npz", "-c", "5"], "three.npz: has no images of class 5"),
        ([fives, "-c", "5", "--against", "minst"], "dataset 'minst' is not known; .*Did you mean 'mnist'"),
        ([fives, "-c", "5", "--real", "nowhere"], "'nowhere' does not exist; allowed are a folder of images"),
        ([fives, "-c", "5", "--train", "nowhere"], "'nowhere' does not exist"),
        ([fives, "-c", "5", "--range", "1"], "--range '1': write two numbers"),
        ([fives, "-c", "5", "--keep", tmp_path], "exists and is not empty; name a new folder"),
        ([fives, "-c", "5", "--keep", "kept", "-m", "mixing"], "--keep needs a metric that judges single images"),
        ([fives, "-c", "5", "--require", "gan.realistic>=0.5"], "generator 'gan' is not known; .*fives"),
        ([fives, "-c", "5", "--clas", "5"], "No such option"),
    ):
        digits = [] if {"--against", "--real"} & set(arguments) else ["--against", "digits"]
        done = bench("score", *arguments, *digits, code=2)
        assert len(done.stderr.strip().splitlines()) == 1, done.stderr
        assert re.search(message, done.stderr), done.stderr
        assert done.stdout == ""
        assert list(bench.folder.iterdir()) == []
