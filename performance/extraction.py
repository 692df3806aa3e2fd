"""Features by a network in an ONNX file, compared with a bare loop over its session.

    python performance/extraction.py            1,000 pictures of 128 pixels: 3 minutes
    python performance/extraction.py --quick    100

Both get the same pictures as bytes in one array, and make the same batches. The bare loop standardises them and runs
the session, nothing else. The suite hashes each image, standardises batches while the network computes, and keeps the
features. The network has seven convolutions and random weights. Wall-clock seconds.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
from _measure import Claim, in_turn, main

from benchmark.api import Array, Context
from benchmark.evidence.reference import FeatureSpace
from benchmark.features._encoder import ROWS
from benchmark.features.onnx import Onnx
from benchmark.images.image_set import ImageSet

SIDE, MEAN, SD = 128, 0.5, 0.25
WIDTHS = (3, 32, 48, 64, 96, 128, 192, 256)  # channels before and after each convolution


def network(path: Path) -> Path:
    """Write convolutions of 3 x 3 with random weights, every second one with stride 2, and the mean over positions."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    rng, nodes, weights, name = np.random.default_rng(0), [], [], "x"
    for i, (before, after) in enumerate(pairwise(WIDTHS)):
        spread = np.sqrt(2 / (9 * before))
        weights.append(
            numpy_helper.from_array(rng.normal(0, spread, (after, before, 3, 3)).astype(np.float32), f"w{i}")
        )
        nodes.append(helper.make_node("Conv", [name, f"w{i}"], [f"c{i}"], pads=[1] * 4, strides=[1 + (i + 1) % 2] * 2))
        nodes.append(helper.make_node("Relu", [f"c{i}"], [f"r{i}"]))
        name = f"r{i}"
    nodes += [helper.make_node("GlobalAveragePool", [name], ["g"]), helper.make_node("Flatten", ["g"], ["features"])]
    inputs = [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 3, SIDE, SIDE])]
    outputs = [helper.make_tensor_value_info("features", TensorProto.FLOAT, ["n", WIDTHS[-1]])]
    graph = helper.make_graph(nodes, "seven", inputs, outputs, weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    helper.set_model_props(model, {"mean": str(MEAN), "std": str(SD), "size": str(SIDE)})
    onnx.save(model, path)
    return path


def bare(path: Path, pictures: Array) -> Array:
    """Return the features of pictures, from a plain loop."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = len(os.sched_getaffinity(0))
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    found = []
    for start in range(0, len(pictures), ROWS):
        batch = pictures[start : start + ROWS].transpose(0, 3, 1, 2).astype(np.float32) / np.float32(255)
        found.append(session.run(None, {"x": (batch - np.float32(MEAN)) / np.float32(SD)})[0])
    return np.concatenate(found)


def ours(path: Path, pictures: Array) -> Array:
    """Return the same from the suite, which has never seen these pictures."""
    with tempfile.TemporaryDirectory() as cache:
        os.environ["XDG_CACHE_HOME"] = cache
        images, features = ImageSet.of(pictures), Onnx(file=str(path))
        features.fit(images[:1], np.zeros(1, dtype=np.int64), Context(np.random.default_rng(0)))
        return FeatureSpace("onnx", "none", features, None).transform_set(images)


def measure(options: argparse.Namespace) -> Iterator[Claim]:
    """Yield the claim."""
    n = 100 if options.quick else 1000
    pictures = np.random.default_rng(1).integers(0, 256, (n, SIDE, SIDE, 3), dtype=np.uint8)
    with tempfile.TemporaryDirectory() as folder:
        path = network(Path(folder) / "seven.onnx")
        if not np.allclose(bare(path, pictures[:50]), ours(path, pictures[:50]), atol=1e-4):
            raise SystemExit("the features differ")
        jobs = {"ours": lambda: ours(path, pictures), "bare": lambda: bare(path, pictures)}
        seconds = in_turn(jobs, rounds=2 if options.quick else 5, clock=time.perf_counter)
    yield Claim(
        f"features of {n:,} pictures by ONNX",
        seconds["ours"],
        "s",
        at_most=1.15,
        peer="a bare loop",
        peers=seconds["bare"],
    )


if __name__ == "__main__":
    sys.exit(main(measure, __doc__))
