"""Fitted features and classifiers are arrays: the same bits after a store, and nothing in a file is ever run."""

from __future__ import annotations

import io
import pickle
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.pipeline import make_pipeline
from sklearn.svm import SVC

from benchmark.api import Array, Context, Features, Images, Labels
from benchmark.datasets.digits import Digits
from benchmark.errors import InputError
from benchmark.evidence.machine import machine_from, machine_of, values_of
from benchmark.evidence.reference import FeatureSpace, prepare, restored
from benchmark.features.pca import Pca
from benchmark.features.pixels import Pixels
from benchmark.images.image_set import ImageSet
from benchmark.images.real import RealData, Seen
from benchmark.jobs.sources import DataSource, check_sendable, data_bytes
from benchmark.plugins.loadable import loadable
from benchmark.store import weights
from benchmark.store.arrays import arrays_in, packed, unpacked

KEY = "ab" + "0" * 22


def points(classes: int, width: int) -> tuple[Array, Labels]:
    rng = np.random.default_rng(classes)
    labels = np.arange(120) % classes + 4
    return (rng.normal(size=(120, width)) + labels[:, None] * 0.3).astype(np.float32), labels


@pytest.mark.parametrize("classes", [2, 3, 10])
@pytest.mark.parametrize("width", [3, 300])
def test_a_machine_of_arrays_predicts_the_bits_that_the_library_predicts(classes: int, width: int) -> None:
    features, labels = points(classes, width)
    theirs: Any = SVC(C=10.0, decision_function_shape="ovo", random_state=0)
    if width > 200:
        theirs = make_pipeline(PCA(50, svd_solver="full"), theirs)
    theirs.fit(features, labels)
    new, _ = points(classes + 1, width)
    again = machine_from(unpacked(packed(values_of(machine_of(theirs)))))
    for data in (features, new):
        assert np.array_equal(again.predict(data), theirs.predict(data))
        assert again.decision_function(data).tobytes() == theirs.decision_function(data).tobytes()


@pytest.fixture(scope="module")
def machine() -> dict[str, Any]:
    features, labels = points(3, 5)
    return values_of(machine_of(SVC().fit(features, labels)))


@pytest.mark.parametrize(
    "change",
    [
        {"counts": lambda a: a + 1},
        {"counts": lambda a: a * np.array([-1, 1, 1], np.int32)},
        {"vectors": lambda a: a[:-1]},
        {"vectors": lambda a: a.astype(np.float32)},
        {"vectors": lambda a: a.ravel()},
        {"coefficients": lambda a: a.T},
        {"intercepts": lambda a: a[:1]},
        {"labels": lambda a: a[::-1]},
        {"labels": lambda a: a[:, None]},
        {"labels": lambda a: None},
        {"support": lambda a: -a - 1},
        {"gamma": lambda a: -1.0},
        {"gamma": lambda a: "scale"},
        {"axes": lambda a: np.ones((5, 9))},
        {"axes": lambda a: np.ones((4, 9)), "centre": lambda a: np.ones(9)},
        {"more": lambda a: 1},
    ],
)
def test_a_machine_whose_parts_do_not_fit_is_refused(machine: dict[str, Any], change: dict[str, Any]) -> None:
    """The library would read memory that is not its own."""
    with pytest.raises(ValueError, match="classifier"):
        machine_from({**machine, **{name: make(machine.get(name)) for name, make in change.items()}})


def space_of(features: Features) -> FeatureSpace:
    rng = np.random.default_rng(0)
    labels = np.arange(40) % 2
    images = rng.random((40, 4, 4, 1), dtype=np.float32) + labels[:, None, None, None].astype(np.float32)
    return prepare(features, images, labels, rng, "a")


def test_what_is_written_comes_back_and_only_for_its_features(tmp_path: Path) -> None:
    space, path = space_of(Pca(components=3)), tmp_path / f"{KEY}.npz"
    weights.write(space, KEY, path)
    assert weights.is_prepared(path)
    again = weights.load_space(path, loadable(Pca(components=3)))
    images = np.random.default_rng(1).random((9, 4, 4, 1), dtype=np.float32)
    assert np.array_equal(again.transform(images), space.transform(images))
    assert np.array_equal(again.probability(again.transform(images), 1), space.probability(space.transform(images), 1))
    with pytest.raises(ValueError, match="expected 'pca'"):
        weights.load_space(path, loadable(Pca()))
    with pytest.raises(ValueError, match="expected 'pixels'"):
        weights.load_space(path, loadable(Pixels()))
    other = path.with_name(f"{'cd' + '0' * 22}.npz")
    weights.copy(path, other)
    with pytest.raises(ValueError, match="renamed"):
        weights.load_space(other, loadable(Pca(components=3)))


def test_a_single_class_has_a_classifier_too() -> None:
    space = prepare(Pixels(), np.ones((5, 2, 2, 1), np.float32), np.full(5, 7), np.random.default_rng(0))
    again = restored(Pixels(), unpacked(packed(space.state())))
    assert again.classify(np.ones((3, 4))).tolist() == [7, 7, 7]
    assert again.probability(np.ones((3, 4)), 7).tolist() == [1, 1, 1]


class Plain(Pixels):
    """Keeps attributes of every kind that can be stored."""

    def fit(self, images: Images, labels: Labels, ctx: Context) -> None:
        self.kept = {"list": [np.arange(3), (1, 2.5)], "text": "é", "none": None, "flag": True}
        self.scale = np.float32(2)


class Odd(Pixels):
    """Keeps something that cannot be stored."""

    def __init__(self, kept: Any) -> None:
        self.inner = {"fitted": kept}


def test_attributes_of_a_simple_plugin_are_stored_without_its_doing() -> None:
    features = Plain()
    features.fit(np.ones((1, 1, 1, 1), np.float32), np.zeros(1, np.int64), Context(np.random.default_rng(0)))
    again = Plain()
    again.restore(unpacked(packed(features.state())))
    assert again.kept["list"][0].tolist() == [0, 1, 2]
    assert again.kept["list"][1] == (1, 2.5)
    assert {**again.kept, "list": 0} == {"list": 0, "text": "é", "none": None, "flag": True}
    assert again.scale == 2


@pytest.mark.parametrize(
    ("kept", "said"),
    [
        (PCA(), "inner.fitted is of the type PCA"),
        (np.array([1.0, np.nan]), "inner.fitted contains NaN or infinity"),
        (float("inf"), "inner.fitted is inf"),
        (np.array([{}]), "an array of the type object"),
        ({1: 2}, "inner.fitted is of the type dict"),
    ],
)
def test_a_state_that_cannot_be_stored_is_said_in_one_sentence(tmp_path: Path, kept: Any, said: str) -> None:
    features = Odd(kept)
    with pytest.raises((TypeError, ValueError), match="let `state` return") as error:
        weights.write(space_of(features), KEY, tmp_path / f"{KEY}.npz")
    assert said in str(error.value) and str(error.value).startswith("pixels cannot be stored: ")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["transform", "space", "components", "__class__", "a b", ""])
def test_a_state_cannot_replace_methods_or_parameters(name: str) -> None:
    state = space_of(Pca(components=3)).state()
    state["fitted"][name] = 1
    with pytest.raises(ValueError, match="is not something that a space learns"):
        restored(Pca(components=3), state)


@pytest.mark.parametrize(
    "state",
    [
        {},
        {"mean": np.zeros(16), "axes": np.zeros((15, 3))},
        {"mean": np.zeros((4, 4)), "axes": np.zeros((16, 3))},
        {"mean": np.zeros(16), "axes": np.zeros((16, 4))},
    ],
)
def test_components_of_other_shapes_are_refused(state: dict[str, Any]) -> None:
    with pytest.raises((ValueError, KeyError)):
        Pca(components=3).restore(state)


def npz(**members: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in members.items():
            archive.writestr(f"{name}.npy", content)
    return file.getvalue()


def npy(shape: str, kind: str = "|u1", content: bytes = b"\0" * 8) -> bytes:
    head = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}}}".ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + len(head).to_bytes(2, "little") + head.encode() + content


def saved(array: Array, *, pack: bool = False) -> bytes:
    file = io.BytesIO()
    (np.savez_compressed if pack else np.savez)(file, a=array)
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "not an intact"),
        (pickle.dumps([1]), "not an intact"),
        (saved(np.array([{}], dtype=object)), "type object"),
        (saved(np.zeros(9, dtype=[("a", "i4")])), "type"),
        (saved(np.zeros(100_000), pack=True), "more than there is"),
        (saved(np.arange(3), pack=True), "compressed"),
        (npz(a=npy("(4000000000,)")), "in 8 bytes"),
        (npz(a=npy("(4000000000, 4000000000, 4000000000)")), "in 8 bytes"),
        (npz(a=npy("(-8,)")), "."),
        (npz(a=npy("(8.0,)")), "."),
        (npz(a=npy("(" * 5000)), "."),
        (npz(a=npy("(8,)", "|V8")), "type"),
        (npz(a=b"\x93NUMPY\x09\x00"), "version"),
        (npz(a=b"nothing"), "."),
        (saved(np.arange(3))[:-30], "not an intact"),
        (saved(np.arange(3))[:200], "not an intact"),
    ],
)
def test_an_archive_that_is_not_plain_arrays_is_refused(content: bytes, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        arrays_in(content)


@pytest.mark.parametrize(
    "head",
    ['{"array": 0}', '{"array": "0"}', '{"pickle": 1}', '{"dict": []}', "NaN", "1e999", "[" * 200 + "]" * 200, "[", ""],
)
def test_a_head_that_was_not_written_here_is_refused(head: str) -> None:
    file = io.BytesIO()
    np.savez(file, head=np.frombuffer(head.encode(), np.uint8))
    with pytest.raises(ValueError):
        unpacked(file.getvalue())


def test_arrays_that_the_head_does_not_name_are_refused() -> None:
    file = io.BytesIO()
    np.savez(file, **{"head": np.frombuffer(b"1", np.uint8), "0": np.arange(3)})
    with pytest.raises(ValueError, match="does not name"):
        unpacked(file.getvalue())


@pytest.mark.parametrize("tenth", range(10))
def test_truncation_and_flipped_bits_are_noticed(tmp_path: Path, tenth: int) -> None:
    path = tmp_path / f"{KEY}.npz"
    weights.write(space_of(Pca(components=3)), KEY, path)
    whole = path.read_bytes()
    at = len(whole) * tenth // 10
    path.write_bytes(whole[:at])
    assert not weights.is_prepared(path)
    path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
    assert not weights.is_prepared(path)


def test_images_too_large_for_a_cluster_are_refused_before_anything_is_sent(
    digits: RealData, monkeypatch: pytest.MonkeyPatch
) -> None:
    check_sendable(digits)
    monkeypatch.setattr("benchmark.jobs.sources.LARGEST", 1000)
    with pytest.raises(InputError, match="the real images take .* can be sent to a cluster"):
        check_sendable(digits)


@pytest.mark.parametrize("seen", [None, Seen(), Seen("k", {3: ImageSet.of(np.ones((2, 8, 8, 1), np.float32))})])
def test_real_images_travel_without_pickles(tmp_path: Path, digits: RealData, seen: Seen | None) -> None:
    path = tmp_path / "data.npz"
    path.write_bytes(data_bytes(replace(digits, seen=seen)))
    again = DataSource(loadable(Digits()), "", digits.fingerprint, file=path).load()
    assert again.fingerprint == digits.fingerprint
    assert again.class_names == digits.class_names
    assert again.seen == seen and (seen is None or list(again.seen.images) == list(seen.images))
