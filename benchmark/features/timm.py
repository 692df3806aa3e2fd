"""timm: a network of PyTorch Image Models, without its classifier."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Any

from benchmark.api import Features, InputError, hookimpl
from benchmark.features._encoder import Encoder, Network, content_of, first_line
from benchmark.features._hub import absent, is_offline
from benchmark.features._preparation import Declared
from benchmark.features._torch import network_of


@dataclass
class Timm(Encoder):
    """The pooled features before the classifier of a network of timm, such as `resnet50.a1_in1k`.

    Weights come from the cache of the Hugging Face hub, which timm fills on first use, or from a file. Size, mean, std
    and interpolation come from the network's own configuration in timm. Weights in the hub's cache are identified by
    the name of the model, a file by its content.
    """

    name = "timm"
    needs = ("timm", "torchvision")
    extra = "timm"
    source = "Wightman: PyTorch Image Models, 2019"

    model: str = field(default="", metadata={"help": "the name of the network, with the tag of its weights"})
    weights: str = field(default="", metadata={"help": "a file of weights; without it, those that timm publishes"})

    @property
    def _who(self) -> str:
        return f"{self.name}[model={self.model}]"

    def _content(self) -> str:
        if not self.model:
            raise InputError("timm needs a network, as in: --features 'timm[model=resnet50.a1_in1k]'.")
        return f"{self.model}/{content_of(self.weights, self._who) if self.weights else 'published'}"

    def _open(self) -> tuple[Declared, Network]:
        if is_offline():
            os.environ["HF_HUB_OFFLINE"] = "1"
        import timm
        from timm.data import resolve_model_data_config

        if not timm.is_model(self.model):
            near = ", ".join(timm.list_models(f"*{self.model.partition('.')[0]}*")[:5])
            raise InputError(f"{self._who}: timm has no such network; similar: {near or 'none'}.")
        try:
            module: Any = timm.create_model(self.model, pretrained=not self.weights, checkpoint_path=self.weights)
        except Exception as error:  # noqa: BLE001 - timm, torch and the hub have faults of their own
            if not self.weights:
                where = f"run once with a connection to fill the hub's cache with timm/{self.model}"
                raise absent(
                    self._who, where, "" if is_offline() else f"cannot be downloaded ({first_line(error)})"
                ) from None
            raise InputError(f"{self._who}: {self.weights} does not fit the network ({first_line(error)}).") from None
        module.reset_classifier(0)
        config = resolve_model_data_config(module)
        channels, height, width = config["input_size"]
        stated = {name: config[name] for name in ("mean", "std", "interpolation")}
        return Declared((height, width), channels).stating(stated), network_of(module)


@hookimpl
def bench_features() -> list[type[Features]]:
    """Register the networks of timm."""
    return [Timm]
