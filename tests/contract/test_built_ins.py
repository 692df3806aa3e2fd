"""Every built-in plugin keeps the contract that others are held to: found by name, so that a new one is tested too."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import pytest

from benchmark.plugins.parameters import parameters_of
from benchmark.plugins.registry import discover, missing
from benchmark.plugins.selectors import select
from benchmark.testing import KINDS, run_checks

from .._networks import keras_network, onnx_network, torchscript_network

REGISTRY = discover()
MARKS = {"tensorflow": "tensorflow", "torch": "torch", "onnxruntime": "onnx"}  # by package
LESS = {  # what takes minutes is given less to do
    "gan": "gan[steps=3,batch=16]",
    "cgan": "cgan[steps=3,batch=16]",
    "flow": "flow[steps=3,batch=16,bank=20]",
    "vae": "vae[steps=3,batch=16,bank=20]",
}
NETWORKS = {  # what reads a network is given one for colour, which takes grey images too
    "onnx": partial(onnx_network, shape=("n", 3, 16, 16)),
    "torchscript": partial(torchscript_network, channels=3, metadata={"size": 16}),
    "keras": partial(keras_network, channels=3),
}
SLOW = {
    "keras": "imports TensorFlow for each check",
    "gan": "compiles its training for each check",
    "cgan": "compiles its training for each check",
    "flow": "registers images and trains for each check",
    "vae": "registers images and trains for each check",
    "umap": "compiles umap-learn",
    "worth": "trains many classifiers",
    "disguised": "registers all images for each check",
    "verdict": "starts a process for each check",
    "morph": "registers images for each check",
    "tsne": "compiles and draws maps for each check",
}
APART = ("smote", "mixing", "digits", "pixels", "verdict")  # each check in a process, as `bench check` does it
# What the kit may leave out: some controls draw nothing, and one image is no batch. All else is a fault.
SKIPPED = {
    "real": {"more_than_it_saw", "other_seed", "tiny_fits"},
    "wrong-class": {"more_than_it_saw", "other_seed", "tiny_fits"},
    "blurred": {"more_than_it_saw", "other_seed", "tiny_fits"},
    "gan": {"tiny_fits"},
    "cgan": {"tiny_fits"},
}
UNREADABLE = {"images", "every_class", "class_names", "same_images", "global_state"}  # data that are not here


def cases() -> list[Any]:
    found = []
    for kind in KINDS:
        for name, plugin in getattr(REGISTRY, kind).items():
            if name == "embeddings":
                continue  # it computes nothing: tests/score/test_embeddings.py
            marks = [getattr(pytest.mark, MARKS[need]) for need in plugin.needs if need in MARKS]
            marks += [pytest.mark.slow(SLOW[name])] if name in SLOW else []
            found.append(pytest.param(kind, name, id=name, marks=marks))
    return found


@pytest.mark.parametrize(("kind", "name"), cases())
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras with numpy 2
def test_it_keeps_the_contract(
    kind: str, name: str, check_here: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("benchmark.features.cnn.FEWEST_STEPS", 5)
    selector = LESS.get(name, name)
    if name in NETWORKS:
        selector = f"{name}[file={NETWORKS[name](tmp_path / f'network.{name}')}]"
    (plugin,) = select(selector, getattr(REGISTRY, kind), kind)
    if missing(type(plugin)):
        pytest.skip(missing(type(plugin)))
    outcomes = run_checks(plugin, workers=2) if name in APART else check_here(plugin)
    assert {o.check: o.reason for o in outcomes if o.word == "FAIL"} == {}
    skipped = {o.check: o.reason for o in outcomes if o.word == "SKIP"}
    allowed = SKIPPED.get(name, set())
    if kind == "datasets":
        allowed = {"empty_folder"} if not plugin.takes_folder else UNREADABLE
    elif kind == "metrics":
        allowed = set() if any(m.anchored for m in plugin.measures) else {"orders_controls"}
    assert set(skipped) <= allowed, skipped


@pytest.mark.parametrize("name", REGISTRY.generators)
def test_every_parameter_is_explained(name: str) -> None:
    for parameter in parameters_of(REGISTRY.generators[name]).values():
        assert parameter.help, parameter.name
