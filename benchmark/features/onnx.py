"""ONNX: the output of a network in an ONNX file, computed on the CPU."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from benchmark.api import Features, InputError, hookimpl
from benchmark.features._encoder import FileEncoder, Network, first_line
from benchmark.features._preparation import Declared, layout

BYTES = "tensor(uint8)"  # what takes bytes prepares them itself
TYPES = {"tensor(float)": "float32", "tensor(float16)": "float16", "tensor(double)": "float64", BYTES: "uint8"}


@dataclass
class Onnx(FileEncoder):
    """The output of a network in an ONNX file, such as the class token of DINOv2.

    Size and layout come from the shape of the input; mean, sd, size and interpolation from the file's metadata
    (`mean`, `std`, `size`, `interpolation`), where it has them. A network that takes bytes gets values from 0 to 255.
    Otherwise the size is 224, mean and sd are ImageNet's, and the filter is bicubic: report.json states what was used.
    """

    name = "onnx"
    needs = ("onnxruntime",)
    extra = "onnx"
    source = "the Open Neural Network Exchange format, onnx.ai"

    output: str = field(default="", metadata={"help": "the name of the output; without it, the first one"})

    def _content(self) -> str:
        return f"{super()._content()}/{self.output}"

    def _open(self) -> tuple[Declared, Network]:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.log_severity_level = len(os.sched_getaffinity(0)), 4
        try:
            session = onnxruntime.InferenceSession(self.file, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # noqa: BLE001 - onnxruntime has a class of its own for each kind of fault
            raise InputError(f"{self._who}: it is not an ONNX model that can be run ({first_line(error)}).") from None
        inputs, outputs = session.get_inputs(), [each.name for each in session.get_outputs()]
        if len(inputs) != 1 or inputs[0].type not in TYPES:
            said = ", ".join(f"{each.name}: {each.type}" for each in inputs)
            raise InputError(f"{self._who}: its inputs are {said}; expected one tensor of floats or bytes, the images.")
        if self.output not in ("", *outputs):
            raise InputError(f"{self._who}: it has no output {self.output!r}; there are: {', '.join(outputs)}.")
        (entry,), wanted = inputs, self.output or outputs[0]

        def network(batch: Any) -> Any:
            if entry.type == BYTES:
                batch = np.clip(np.rint(batch), 0, 255)
            return session.run([wanted], {entry.name: batch.astype(TYPES[entry.type])})[0]

        declared = self._declared(entry.shape, session.get_modelmeta().custom_metadata_map)
        return replace(declared, mean=(0.0,), sd=(1 / 255,)) if entry.type == BYTES else declared, network

    def _declared(self, shape: list[Any], metadata: dict[str, str]) -> Declared:
        try:
            return layout(tuple(side if isinstance(side, int) else None for side in shape)).stating(metadata)
        except ValueError as error:
            raise InputError(f"{self._who}: {error}.") from None


@hookimpl
def bench_features() -> list[type[Features]]:
    """Register the networks in ONNX files."""
    return [Onnx]
