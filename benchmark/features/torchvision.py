"""torchvision: a classifier of torchvision, without its last layer."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

from benchmark.api import Features, InputError, hookimpl
from benchmark.features._encoder import Encoder, Network, content_of, first_line
from benchmark.features._hub import absent, is_offline
from benchmark.features._preparation import Declared
from benchmark.features._torch import network_of, without_head


@dataclass
class Torchvision(Encoder):
    """What the last layer of a classifier of torchvision is given, such as the 2,048 numbers of `resnet50`.

    Weights come from torch's hub cache, which torchvision fills on first use, or from a file. Size, mean and sd come
    from the transforms that torchvision publishes with the weights; images are always resized with antialiasing.
    """

    name = "torchvision"
    needs = ("torchvision",)
    extra = "torchvision"
    source = "TorchVision maintainers: TorchVision, 2016"

    model: str = field(default="", metadata={"help": "the name of the network"})
    weights: str = field(default="", metadata={"help": "a file of weights; without it, torchvision's default ones"})

    @property
    def _who(self) -> str:
        return f"{self.name}[model={self.model}]"

    def _content(self) -> str:
        if not self.model:
            raise InputError("torchvision needs a network, as in: --features 'torchvision[model=resnet50]'.")
        return f"{self.model}/{content_of(self.weights, self._who) if self.weights else 'default'}"

    def _open(self) -> tuple[Declared, Network]:
        import torch
        from torchvision import models

        if self.model not in models.list_models(module=models):
            raise InputError(f"{self._who}: torchvision has no such classifier; it has resnet50, vit_b_16 and others.")
        published = models.get_model_weights(self.model).DEFAULT
        module: Any = models.get_model(self.model)
        file = Path(self.weights or Path(torch.hub.get_dir()) / "checkpoints" / Path(published.url).name)
        try:
            if not file.exists() and is_offline():
                raise absent(self._who, f"put {published.url} into {file.parent}")
            known = (
                torch.load(file, map_location="cpu", weights_only=True)
                if file.exists()
                else published.get_state_dict(progress=False)
            )
            module.load_state_dict(known)
        except OSError as error:
            raise absent(self._who, f"put {published.url} into {file.parent}", f"cannot be read ({error})") from None
        except (RuntimeError, ValueError, TypeError, EOFError, UnpicklingError) as error:
            raise InputError(f"{self._who}: {file} does not fit the network ({first_line(error)}).") from None
        shown = published.transforms()
        size, filter_ = shown.crop_size[0], getattr(shown.interpolation, "value", "bilinear")
        return Declared((size, size), 3, tuple(shown.mean), tuple(shown.std), filter_), network_of(without_head(module))


@hookimpl
def bench_features() -> list[type[Features]]:
    """Register the classifiers of torchvision."""
    return [Torchvision]
