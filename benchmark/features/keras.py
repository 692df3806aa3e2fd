"""Keras: the output of a network in a file that Keras saved, or of one of its layers."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from benchmark.api import Array, Features, InputError, hookimpl
from benchmark.features._encoder import FileEncoder, Network, first_line
from benchmark.features._preparation import Declared, layout

SCALING = ("Rescaling", "Normalization")  # layers that expect values in [0, 255]


@dataclass
class Keras(FileEncoder):
    """The output of a network in a `.keras` file, or of one of its layers, such as the one before the classifier.

    The size comes from the shape of the input. Keras files do not say how images are prepared: a network that begins
    with a layer for it (`Rescaling`, `Normalization`) gets values in [0, 255], any other one values in [0, 1], unless
    mean and sd are given (mean=0.5,sd=0.5 for values in [-1, 1]). Files with code in them are refused, as by Keras.
    """

    name = "keras"
    needs = ("tensorflow",)
    extra = "tensorflow"
    source = "keras.io"

    layer: str = field(default="", metadata={"help": "the name of a layer whose output is used; without it, the last"})

    def _content(self) -> str:
        return f"{super()._content()}/{self.layer}"

    def _open(self) -> tuple[Declared, Network]:
        import keras

        try:
            model: Any = keras.models.load_model(self.file, compile=False, safe_mode=True)
            shape = model.input_shape
        except Exception as error:  # noqa: BLE001 - Keras raises several kinds for files that are none of its own
            raise InputError(f"{self._who}: it is not a network that Keras can open ({first_line(error)}).") from None
        layers = {layer.name: layer for layer in model.layers}
        if self.layer not in ("", *layers):
            raise InputError(f"{self._who}: it has no layer {self.layer!r}; there are: {', '.join(layers)}.")
        if self.layer:
            model = keras.Model(model.inputs[0], layers[self.layer].output)
        try:
            declared = layout(tuple(shape))
        except (TypeError, ValueError) as error:
            raise InputError(f"{self._who}: {error}.") from None
        first = [type(layer).__name__ for layer in model.layers if type(layer).__name__ != "InputLayer"][:1]
        sd = 1 / 255 if first and first[0] in SCALING else 1.0

        def network(batch: Array) -> Array:
            found: Array = keras.ops.convert_to_numpy(model(batch, training=False))
            return found

        return replace(declared, mean=(0.0,), sd=(sd,)), network


@hookimpl
def bench_features() -> list[type[Features]]:
    """Register the networks in Keras files."""
    return [Keras]
