"""Features are kept: each image goes through a network once, also after a kill and for a second command."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmark.api import Array, Images
from benchmark.evidence import encoded
from benchmark.evidence.encoded import Encoded

from .._networks import WIDTH, onnx_network


def pictures(n: int) -> Images:
    return np.random.default_rng(n).random((n, 4, 4, 1), dtype=np.float32)


class Counting:
    """The mean and the sd of an image, and how many images they were computed for."""

    def __init__(self) -> None:
        self.images = 0

    def __call__(self, images: Images) -> Array:
        self.images += len(images)
        return np.stack([images.mean(axis=(1, 2, 3)), images.std(axis=(1, 2, 3))], axis=1)


def ignore() -> None:
    """Take no notice of progress."""


def test_each_content_is_encoded_once(tmp_path: Path) -> None:
    images, encode = pictures(30), Counting()
    twice = np.concatenate([images, images[:7]])
    found = Encoded(tmp_path / "a", 2).features(twice, encode, ignore)
    assert encode.images == 30
    assert np.array_equal(found, Counting()(twice).astype(np.float32))
    again = Encoded(tmp_path / "a", 2)
    assert np.array_equal(again.features(images[::-1], encode, ignore), found[:30][::-1])
    assert encode.images == 30
    again.features(np.concatenate([images, pictures(3)]), encode, ignore)
    assert encode.images == 33


def test_the_same_values_in_another_shape_are_another_image(tmp_path: Path) -> None:
    kept, images = Encoded(tmp_path / "a", 2), pictures(2)
    kept.features(images, Counting(), ignore)
    encode = Counting()
    kept.features(images.reshape(2, 2, 8, 1), encode, ignore)
    assert encode.images == 2


@pytest.mark.parametrize(("name", "cut"), [("features", 3), ("images", 5), ("features", 1000)])
def test_what_a_killed_process_left_half_written_is_encoded_again(tmp_path: Path, name: str, cut: int) -> None:
    images, due = pictures(20), Counting()(pictures(20)).astype(np.float32)
    Encoded(tmp_path / "a", 2).features(images, Counting(), ignore)
    file = tmp_path / "a" / name
    os.truncate(file, max(file.stat().st_size - cut, 0))
    encode = Counting()
    assert np.array_equal(Encoded(tmp_path / "a", 2).features(images, encode, ignore), due)
    assert 0 < encode.images <= 20
    assert np.array_equal(Encoded(tmp_path / "a", 2).features(images, encode, ignore), due)


def test_a_kill_between_batches_loses_one_batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoded, "ROWS", 8)
    encode = Counting()

    def killed(images: Images) -> Array:
        if encode.images == 16:
            raise KeyboardInterrupt
        return encode(images)

    with pytest.raises(KeyboardInterrupt):
        Encoded(tmp_path / "a", 2).features(pictures(40), killed, ignore)
    Encoded(tmp_path / "a", 2).features(pictures(40), encode, ignore)
    assert encode.images == 40


def test_two_that_encode_at_once_share_their_work(tmp_path: Path) -> None:
    """Each looks at what the other has added before it encodes a batch."""
    images, one, other = pictures(12), Encoded(tmp_path / "a", 2), Encoded(tmp_path / "a", 2)
    encode = Counting()
    one.features(images[:2], encode, ignore)
    other.features(images[:8], encode, ignore)
    one.features(images, encode, ignore)
    assert encode.images == 12


@pytest.mark.onnx
@pytest.mark.slow("two commands, and a classifier")
def test_a_second_command_on_the_same_images_encodes_nothing(bench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """With other metrics, in another store: the rows of the cache are the images that went through the network."""
    cache = bench.folder / "cache"
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    network = onnx_network(bench.folder / "net.onnx")
    common = ["run", "-d", "digits", "-g", "smote", "-c", "3", "--quick", "--map-points", "0"]
    command = [*common, "--features", f"onnx[file={network.name}]"]
    bench(*command, "-m", "mixing", "-o", "one")
    (kept,) = (cache / "synthassay" / "encoded").glob("*/images")
    hashes = [kept.read_bytes()[i : i + encoded.HASH] for i in range(0, kept.stat().st_size, encoded.HASH)]
    assert len(set(hashes)) == len(hashes) > 1000
    bench(*command, "-m", "frechet", "-o", "two")
    assert kept.stat().st_size == len(hashes) * encoded.HASH
    network.write_bytes(onnx_network(bench.folder / "other.onnx", seed=5).read_bytes())
    bench(*command, "-m", "mixing", "-o", "one")
    assert len(list(kept.parents[1].iterdir())) == 2, "another network has features of its own"
    said = json.loads((bench.folder / "one" / "report.json").read_text())["run"]["features"]
    assert said["space"].startswith("onnx-") and said["configuration"] == "onnx[file=net.onnx]"
    assert said["dimensions"] == WIDTH and said["preparation"]["size"] == [16, 16]
    assert said["preparation"]["assumed"] == ["mean", "sd", "interpolation"]


@pytest.mark.onnx
@pytest.mark.parametrize(
    ("features", "said"),
    [
        ("onnx", "--features: onnx needs the file of a network"),
        ("onnx[file=absent.onnx]", "the file cannot be read (No such file or directory)"),
        ("onnx[file=text.onnx]", "it is not an ONNX model that can be run"),
        ("onnx[file=colour.onnx,size=99]", "takes images of 16x16 pixels only; leave out size"),
    ],
)
def test_what_the_user_can_fix_ends_the_command_with_2(bench: Any, features: str, said: str) -> None:
    (bench.folder / "text.onnx").write_text("no network")
    onnx_network(bench.folder / "colour.onnx", shape=("n", 3, 16, 16))
    done = bench(
        "run", "-d", "digits", "-g", "smote", "-c", "3", "--quick", "-m", "mixing", "--features", features, code=2
    )
    assert said in done.stderr
    assert len([line for line in done.stderr.splitlines() if line.startswith("bench: --features")]) == 1
