"""A folder is decoded once: later commands map what the first one decoded, as long as no file has changed."""

from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmark.images.reading import How, kept, read_images, stack
from benchmark.images.real import load
from benchmark.images.roles import Sizes
from benchmark.plugins.registry import discover


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return kept.folder()


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    for name in ("a", "b"):
        (tmp_path / "own" / name).mkdir(parents=True)
        for i in range(30):
            Image.fromarray(rng.integers(0, 256, (9, 8, 3), dtype=np.uint8)).save(tmp_path / "own" / name / f"{i}.png")
    return tmp_path / "own"


def decoded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the list to which each file is added that is decoded from now on."""
    found: list[str] = []
    decode = stack.decoded
    monkeypatch.setattr(stack, "decoded", lambda source, convert: found.append(source.name) or decode(source, convert))
    return found


def test_the_second_command_decodes_nothing(pictures: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = read_images(pictures)
    again = decoded(monkeypatch)
    second = read_images(pictures)
    assert again == []
    assert isinstance(second.images, np.memmap)
    assert np.array_equal(first.images, second.images)
    assert (first.names, first.files) == (second.names, second.files)
    small = How(fit="stretch", size=(4, 4))
    assert len(read_images(pictures, small).images) == len(again) == 60  # another size is another set
    said = read_images(pictures, small).account.changed
    assert said == (f"{pictures}: 60 of 60 images were stretched to 4x4",)
    assert len(again) == 60


def test_the_contents_of_the_files_count_not_their_times(pictures: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read_images(pictures)
    again = decoded(monkeypatch)
    os.utime(pictures / "a" / "3.png", (0, 0))
    read_images(pictures)
    assert again == []
    other = np.full((9, 8, 3), 7, np.uint8)
    Image.fromarray(other).save(pictures / "a" / "3.png")
    assert np.array_equal(read_images(pictures).images[3], other)
    assert len(again) == 60


@pytest.mark.parametrize(
    "damage", [lambda p: p.unlink(), lambda p: p.write_bytes(p.read_bytes()[:500])], ids=["missing", "cut"]
)
def test_a_damaged_cache_is_made_again(pictures: Path, own_cache: Path, damage) -> None:
    first = read_images(pictures).images.copy()
    damage(next(own_cache.glob("*.npy")))
    assert np.array_equal(read_images(pictures).images, first)


def test_a_cache_that_cannot_be_written_costs_only_time(pictures: Path, own_cache: Path) -> None:
    own_cache.parent.mkdir(parents=True)
    own_cache.write_text("a file where the folder should be")
    images = read_images(pictures).images
    assert len(images) == 60 and not isinstance(images, np.memmap)


def test_a_broken_image_leaves_nothing_behind(pictures: Path, own_cache: Path) -> None:
    (pictures / "b" / "29.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    with pytest.raises(Exception, match="29.png"):
        read_images(pictures)
    assert [path.name for path in own_cache.glob("*")] == []


def test_what_was_not_used_for_a_month_is_deleted(pictures: Path, own_cache: Path) -> None:
    read_images(pictures)
    old = time.time() - kept.UNUSED - 60
    os.utime(next(own_cache.glob("*.json")), (old, old))
    read_images(pictures, How(fit="stretch", size=(4, 4)))
    assert [np.load(path).shape for path in own_cache.glob("*.npy")] == [(60, 4, 4, 3)]


def test_real_images_stay_in_their_file(pictures: Path) -> None:
    data = load(discover().get("datasets", "folder")(), pictures)
    assert data.mapped
    assert data.sets(0, 0, Sizes(8, 5, 5))["train"].mapped
