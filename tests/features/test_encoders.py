"""Networks in files: the user's own loader gives the same numbers, and what does not fit is one sentence."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from benchmark.api import Context, Images, InputError
from benchmark.features.keras import Keras
from benchmark.features.onnx import Onnx
from benchmark.features.torchscript import TorchScript

from .._networks import WIDTH, keras_network, onnx_network, torchscript_network

COLOUR = ("n", 3, 16, 16)
MEAN, SD = np.float32([0.485, 0.456, 0.406]), np.float32([0.229, 0.224, 0.225])


def pictures(n: int, height: int, width: int, channels: int) -> Images:
    return np.random.default_rng(n).random((n, height, width, channels), dtype=np.float32)


def fitted(features: Any, images: Images) -> Any:
    features.fit(images, np.zeros(len(images), dtype=np.int64), Context(np.random.default_rng(0)))
    return features


def session(path: Path) -> Callable[[np.ndarray], np.ndarray]:
    import onnxruntime

    found = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    return lambda batch: found.run(["features"], {"x": batch})[0]


@pytest.mark.onnx
def test_onnx_gives_what_a_bare_session_gives_on_images_resized_by_pillow(tmp_path: Path) -> None:
    path, images = onnx_network(tmp_path / "a.onnx", shape=COLOUR), pictures(37, 40, 30, 3)
    resized = np.stack(
        [
            np.stack([np.asarray(Image.fromarray(plane).resize((16, 16), 3)) for plane in image.transpose(2, 0, 1)], -1)
            for image in images
        ]
    )
    due = session(path)(((resized - MEAN) / SD).transpose(0, 3, 1, 2))
    found = fitted(Onnx(file=str(path)), images).transform(images)
    assert found.dtype == np.float32
    assert np.allclose(found, due, atol=1e-5)


@pytest.mark.onnx
def test_resizing_does_not_alias(tmp_path: Path) -> None:
    """Fine stripes become grey; taking every fourth pixel would make them black or white."""
    features = fitted(Onnx(file=str(onnx_network(tmp_path / "a.onnx"))), pictures(2, 64, 64, 1))
    stripes = np.zeros((1, 64, 64, 1), np.float32)
    stripes[:, :, ::2] = 1
    grey = np.full_like(stripes, 0.5)
    assert np.allclose(features.transform(stripes), features.transform(grey), rtol=0.05, atol=0.02)


@pytest.mark.onnx
@pytest.mark.parametrize("batch", ["n", 1, 5])
@pytest.mark.parametrize("last", [False, True])
def test_layout_and_a_fixed_batch_make_no_difference(tmp_path: Path, batch: Any, last: bool) -> None:
    images = pictures(12, 16, 16, 3)
    usual = fitted(Onnx(file=str(onnx_network(tmp_path / "a.onnx", shape=COLOUR))), images).transform(images)
    path = onnx_network(tmp_path / "b.onnx", shape=(batch, 16, 16, 3) if last else (batch, 3, 16, 16))
    assert np.allclose(fitted(Onnx(file=str(path)), images).transform(images), usual, atol=1e-5)


@pytest.mark.onnx
def test_a_network_that_takes_bytes_gets_them(tmp_path: Path) -> None:
    images = np.random.default_rng(0).integers(0, 256, (5, 16, 16, 3)).astype(np.uint8)
    path = onnx_network(tmp_path / "a.onnx", shape=("n", 16, 16, 3), takes_bytes=True)
    found = fitted(Onnx(file=str(path)), images / np.float32(255)).transform(images / np.float32(255))
    assert np.allclose(found, session(path)(images), rtol=1e-5)


@pytest.mark.onnx
def test_what_the_file_says_is_used_and_what_the_user_says_wins(tmp_path: Path) -> None:
    metadata = {"mean": "[0.5]", "std": "0.25", "size": "20", "interpolation": "bilinear"}
    path = str(onnx_network(tmp_path / "a.onnx", shape=("n", 1, "h", "w"), metadata=metadata))
    images = pictures(3, 16, 16, 1)
    of_file = fitted(Onnx(file=path), images).state()["preparation"]
    assert of_file["size"] == [20, 20] and of_file["interpolation"] == "bilinear" and of_file["assumed"] == []
    assert (of_file["mean"], of_file["sd"]) == ([0.5], [0.25])
    of_user = fitted(Onnx(file=path, size=32, mean=(0.1,)), images).state()["preparation"]
    assert (of_user["size"], of_user["mean"], of_user["sd"]) == ([32, 32], [0.1], [0.25])
    plain = fitted(Onnx(file=str(onnx_network(tmp_path / "b.onnx"))), images).state()["preparation"]
    assert plain["assumed"] == ["mean", "sd", "interpolation"]


@pytest.mark.onnx
def test_a_map_of_features_is_averaged(tmp_path: Path) -> None:
    path, images = str(onnx_network(tmp_path / "a.onnx")), pictures(3, 16, 16, 1)
    as_map, mean = (fitted(Onnx(file=path, output=name), images).transform(images) for name in ("map", "features"))
    assert as_map.shape == (3, WIDTH) and np.allclose(as_map, mean, atol=1e-5)


@pytest.mark.onnx
def test_another_network_or_another_preparation_is_another_space(tmp_path: Path) -> None:
    one, other = (str(onnx_network(tmp_path / f"{seed}.onnx", seed=seed)) for seed in (1, 2))
    copy = tmp_path / "elsewhere.onnx"
    copy.write_bytes(Path(one).read_bytes())
    assert Onnx(file=one).space == Onnx(file=str(copy)).space
    spaces = {Onnx(file=other).space, Onnx(file=one).space, Onnx(file=one, mean=(0.5,)).space}
    assert len({*spaces, Onnx(file=one, output="map").space}) == 4


@pytest.mark.torch
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of torch.jit
def test_torchscript_gives_what_the_module_gives(tmp_path: Path) -> None:
    import torch

    metadata = {"size": 16, "mean": [0.5], "std": [0.5]}
    path, images = torchscript_network(tmp_path / "a.pt", metadata=metadata), pictures(20, 16, 16, 1)
    module = torch.jit.load(str(path))
    with torch.inference_mode():
        due = module(torch.from_numpy((images.transpose(0, 3, 1, 2) - np.float32(0.5)) / np.float32(0.5))).numpy()
    assert np.allclose(fitted(TorchScript(file=str(path)), images).transform(images), due, atol=1e-5)


@pytest.mark.tensorflow
@pytest.mark.slow("imports TensorFlow")
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras with numpy 2
@pytest.mark.parametrize("rescaling", [False, True])
def test_keras_gives_what_the_model_gives_before_its_classifier(tmp_path: Path, rescaling: bool) -> None:
    import keras

    path, images = keras_network(tmp_path / "a.keras", rescaling=rescaling), pictures(20, 16, 16, 1)
    model = keras.models.load_model(path)
    inner = keras.Model(model.inputs[0], model.get_layer("features").output)
    due = inner(images * np.float32(255 if rescaling else 1)).numpy()
    found = fitted(Keras(file=str(path), layer="features"), images).transform(images)
    assert found.shape == (20, WIDTH) and np.allclose(found, due, atol=1e-5)


@pytest.mark.onnx
@pytest.mark.parametrize(
    ("network", "parameters", "channels", "said"),
    [
        ({}, {"size": 32}, 1, "takes images of 16x16 pixels only; leave out size"),
        ({}, {}, 3, "takes 1 channel, and the images have 3"),
        ({"shape": ("n", 2, 16, 16)}, {}, 1, "expected 1 or 3 channels"),
        ({}, {"output": "logits"}, 1, "no output 'logits'; there are: features, map"),
        ({}, {"mean": (0.5, 0.5)}, 1, "mean has 2 values; the network takes 1 channel"),
        ({}, {"sd": (0.0,)}, 1, "sd is 0; it must be above 0"),
        ({"metadata": {"mean": "x"}}, {}, 1, "could not convert string to float"),
        ({"scale": 1e30}, {}, 1, "the features of 1 of 1 images are NaN or infinite"),
    ],
)
def test_a_network_that_does_not_fit_is_one_sentence(
    tmp_path: Path, network: dict[str, Any], parameters: dict[str, Any], channels: int, said: str
) -> None:
    path = str(onnx_network(tmp_path / "a.onnx", **network))
    with pytest.raises(InputError, match=said) as error:
        fitted(Onnx(file=path, **parameters), pictures(2, 16, 16, channels))
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        pytest.param(Onnx, "it is not an ONNX model that can be run", marks=pytest.mark.onnx),
        pytest.param(TorchScript, "it is not a TorchScript file", marks=pytest.mark.torch),
        pytest.param(Keras, "it is not a network that Keras can open", marks=pytest.mark.tensorflow),
    ],
)
def test_a_file_that_is_no_network_is_one_sentence(tmp_path: Path, kind: Any, said: str) -> None:
    path = tmp_path / "a.keras"
    path.write_bytes(b"this is no network" * 50)
    with pytest.raises(InputError, match=said):
        fitted(kind(file=str(path)), pictures(2, 16, 16, 1))
    with pytest.raises(InputError, match="the file cannot be read"):
        kind(file=str(tmp_path / "absent")).identity()
    with pytest.raises(InputError, match="needs the file of a network"):
        kind().identity()


@pytest.mark.torch
def test_images_of_a_size_that_the_network_cannot_take_are_one_sentence(tmp_path: Path) -> None:
    path = torchscript_network(tmp_path / "a.pt")
    with pytest.raises(InputError, match=r"cannot compute an array of images \(16, 1, 224, 224\).*set size"):
        fitted(TorchScript(file=str(path)), pictures(2, 16, 16, 1))
