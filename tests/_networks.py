"""Small networks with random weights, written to files in the formats that users bring."""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

WIDTH = 24  # features


def onnx_network(
    path: Path,
    *,
    shape: tuple[int | str, ...] = ("n", 1, 16, 16),
    metadata: Mapping[str, str] | None = None,
    seed: int = 0,
    scale: float = 1.0,
    takes_bytes: bool = False,
) -> Path:
    """Write two convolutions and the mean over all positions. shape: of the images; the channels come first or last."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    rng, last, batch = np.random.default_rng(seed), shape[-1] == 3, shape[0]
    channels = int(shape[-1 if last else 1])
    first, second = (
        (rng.normal(0, 0.5 * scale, shape).astype(np.float32)) for shape in ((8, channels, 3, 3), (WIDTH, 8, 3, 3))
    )
    begin = helper.make_node("Transpose", ["f"], ["y"], perm=[0, 3, 1, 2]) if last else None
    nodes = [
        helper.make_node("Cast", ["x"], ["f"], to=TensorProto.FLOAT),
        begin or helper.make_node("Identity", ["f"], ["y"]),
        helper.make_node("Conv", ["y", "first"], ["a"], pads=[1, 1, 1, 1]),
        helper.make_node("Relu", ["a"], ["b"]),
        helper.make_node("Conv", ["b", "second"], ["map"], pads=[1, 1, 1, 1], strides=[2, 2]),
        helper.make_node("GlobalAveragePool", ["map"], ["g"]),
        helper.make_node("Flatten", ["g"], ["features"]),
    ]
    outputs = [
        helper.make_tensor_value_info("features", TensorProto.FLOAT, [batch, WIDTH]),
        helper.make_tensor_value_info("map", TensorProto.FLOAT, [batch, WIDTH, None, None]),
    ]
    inputs = [helper.make_tensor_value_info("x", TensorProto.UINT8 if takes_bytes else TensorProto.FLOAT, list(shape))]
    weights = [numpy_helper.from_array(first, "first"), numpy_helper.from_array(second, "second")]
    graph = helper.make_graph(nodes, "small", inputs, outputs, weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    helper.set_model_props(model, dict(metadata or {}))
    onnx.save(model, path)
    return path


def torchscript_network(path: Path, *, channels: int = 1, metadata: Mapping[str, Any] | None = None) -> Path:
    """Write two convolutions and a linear layer for images of 16 x 16 pixels."""
    import torch

    with torch.random.fork_rng():
        torch.manual_seed(0)
        module = torch.nn.Sequential(
            torch.nn.Conv2d(channels, 8, 3), torch.nn.ReLU(), torch.nn.Flatten(), torch.nn.Linear(8 * 14 * 14, WIDTH)
        )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        extra = {"preparation.json": json.dumps(metadata)} if metadata else {}
        torch.jit.save(torch.jit.script(module.eval()), str(path), _extra_files=extra)
    return path


def keras_network(path: Path, *, channels: int = 1, rescaling: bool = False) -> Path:
    """Write a convolution, a layer `features` and a classifier for images of 16 x 16 pixels."""
    import keras

    layers = [
        keras.Input((16, 16, channels)),
        *([keras.layers.Rescaling(1 / 255)] if rescaling else []),
        keras.layers.Conv2D(8, 3, activation="relu", kernel_initializer=keras.initializers.GlorotUniform(seed=1)),
        keras.layers.GlobalAveragePooling2D(),
        keras.layers.Dense(WIDTH, name="features", kernel_initializer=keras.initializers.GlorotUniform(seed=2)),
        keras.layers.Dense(3, kernel_initializer=keras.initializers.GlorotUniform(seed=3)),
    ]
    keras.Sequential(layers).save(path)
    return path
