"""Files of images larger than memory: written in blocks, mapped, and refused if they are not what they say."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from benchmark.api import Context, Control, Generator, Task
from benchmark.images.image_set import ImageSet
from benchmark.jobs import generate
from benchmark.store import samples
from benchmark.store.arrays import read_npz
from generators.copy import Copy
from generators.noise import Noise
from generators.real import Real

IMAGES = np.random.default_rng(0).integers(0, 256, (50, 6, 5, 3), dtype=np.uint8)


@pytest.mark.parametrize("images", [IMAGES, (IMAGES / 255).astype(np.float32)], ids=["bytes", "floats"])
def test_blocks_become_a_file_that_anyone_can_read(tmp_path: Path, images: np.ndarray) -> None:
    path = tmp_path / "samples.npz"
    samples.write(path, images.shape, images.dtype, np.array_split(images, 7))
    found = samples.mapped(path)
    assert found.mapped
    for other in (found.raw, np.load(path)["images"], read_npz(path)["images"]):
        assert other.dtype == images.dtype and np.array_equal(other, images)


def test_files_of_earlier_versions_are_mapped_too(tmp_path: Path) -> None:
    np.savez(tmp_path / "samples.npz", images=IMAGES)
    assert np.array_equal(samples.mapped(tmp_path / "samples.npz").raw, IMAGES)


def truncated(path: Path) -> None:
    samples.write(path, IMAGES.shape, IMAGES.dtype, [IMAGES])
    path.write_bytes(path.read_bytes()[:1000])


def claims(path: Path) -> None:
    samples.write(path, (10**9, 6, 5, 3), IMAGES.dtype, [IMAGES])


def other(path: Path) -> None:
    np.savez(path, images=np.arange(5))


def compressed(path: Path) -> None:
    np.savez_compressed(path, images=IMAGES)


def nothing(path: Path) -> None:
    with zipfile.ZipFile(path, "w"):
        pass


@pytest.mark.parametrize("make", [truncated, claims, other, compressed, nothing])
def test_a_file_that_is_not_what_it_says_is_refused(tmp_path: Path, make) -> None:
    make(tmp_path / "samples.npz")
    with pytest.raises(ValueError, match="^it "):
        samples.mapped(tmp_path / "samples.npz")


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "samples.npz")
    with pytest.raises(ValueError, match="not a regular file"):
        samples.checksum(tmp_path / "samples.npz")


def made(plugin: Generator, folder: Path, real: ImageSet, n: int) -> ImageSet:
    """Return what a job writes for a generator."""
    folder.mkdir()
    task = Task("own", 0, "a", len(real), n, IMAGES.shape[1:], 1, 0)
    start = {"start": "fork", "seconds": 60.0, "memory": 4.0, "key": "k"}
    job = generate.Generate(
        **start, folder=folder, generator=SimpleNamespace(load=lambda: plugin), task=task, real=real
    )
    record = job.run(lambda *_: None)
    assert record["status"] == "ok", record["reason"]
    return samples.mapped(folder / "samples.npz")


@pytest.mark.parametrize("control", [Copy, Real, Noise])
def test_a_control_of_large_images_returns_what_it_would_of_small_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, control: type[Control]
) -> None:
    """Sampled in parts and from sets, the images are the same, and real images stay bytes."""
    np.save(tmp_path / "own.npy", IMAGES)
    real = ImageSet.of(np.load(tmp_path / "own.npy", mmap_mode="r"))
    small = made(control(), tmp_path / "small", real, 40)
    monkeypatch.setattr(generate, "BLOCK", 1000)
    monkeypatch.setattr(generate, "PART", 1000)
    large = made(control(), tmp_path / "large", real, 40)
    assert np.array_equal(small.images, large.images)
    assert large.array.dtype == (np.float32 if control is Noise else np.uint8)


class Broken(Generator):
    """Yields its samples one by one."""

    name = "broken"

    def fit(self, real: np.ndarray, ctx: Context) -> None:
        pass

    def sample(self, n: int, ctx: Context):
        yield from np.zeros((n, 6, 5, 3))


def test_a_generator_must_return_an_array(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="sample returned object instead of numbers"):
        made(Broken(), tmp_path / "out", ImageSet.of(IMAGES), 5)
