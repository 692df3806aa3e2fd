"""Image sets: what is taken stays where it is, and what is read is what was there."""

from __future__ import annotations

import hashlib
import pickle
from pathlib import Path

import numpy as np
import pytest

from benchmark.images.image_set import ImageSet, joined, to_images
from benchmark.images.real import RealData


@pytest.fixture
def images() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (20, 4, 5, 3), dtype=np.uint8)


@pytest.fixture
def mapped(images: np.ndarray, tmp_path: Path) -> ImageSet:
    np.save(tmp_path / "images.npy", images)
    return ImageSet.of(np.load(tmp_path / "images.npy", mmap_mode="r"))


def test_what_is_taken_of_a_set_is_what_an_array_has_there(mapped: ImageSet, images: np.ndarray) -> None:
    at = np.array([7, 3, 3, 19])
    part = mapped.take(at)
    assert part.shape == (4, 4, 5, 3)
    assert np.array_equal(part.images, to_images(images[at]))
    assert np.array_equal(part.take(slice(1, 3)).raw, images[at][1:3])
    assert np.array_equal(part[2], to_images(images[3]))
    assert np.array_equal(list(part), part.images)
    assert part.array is mapped.array  # nothing was copied


def test_blocks_hold_all_images_and_no_more_numbers_than_allowed(mapped: ImageSet) -> None:
    blocks = list(mapped.blocks(most=200))
    assert [len(block) for block in blocks] == [3] * 6 + [2]
    assert np.array_equal(np.concatenate(blocks), mapped.images)
    assert len(mapped.spread(200)) == 3


def test_a_hash_in_blocks_is_that_of_the_whole(monkeypatch: pytest.MonkeyPatch, mnist: RealData) -> None:
    """Results are stored under it: if it changed, stores of earlier versions would be worthless."""
    part = mnist.images.take(slice(5, 3000, 7))
    digest = hashlib.sha256()
    monkeypatch.setattr("benchmark.images.image_set.BLOCK", 5000)
    part.add_to(digest)
    assert digest.hexdigest() == hashlib.sha256(mnist.raw[5:3000:7].tobytes()).hexdigest()
    assert mnist.fingerprint == "d766fe1e0911bf1a6d984b967698c7b5f566ff8635a18d077b6e2f9c9fa0fd1d"


def test_a_mapped_set_is_sent_by_name(mapped: ImageSet) -> None:
    sent = pickle.dumps(mapped.take(slice(0, 20, 2)))
    again = pickle.loads(sent)
    assert again.mapped and len(sent) < 1000
    assert np.array_equal(again.raw, mapped.raw[::2])
    other = pickle.loads(pickle.dumps(mapped))
    assert joined([again, other]).array is other.array  # by rows: joining copies no images


def test_sets_of_different_arrays_are_joined(mapped: ImageSet, images: np.ndarray) -> None:
    floats = ImageSet.of(to_images(images))
    assert joined([mapped.take([1]), mapped.take([0])]).array is mapped.array
    assert np.array_equal(joined([mapped, floats]).images, np.concatenate([floats.images] * 2))


def test_16_bits_keep_their_digits() -> None:
    assert to_images(np.array([0, 257, 65535], np.uint16)).tolist() == pytest.approx([0, 1 / 255, 1])
