"""TorchScript: the output of a network that torch saved together with its code."""

from __future__ import annotations

import json
import warnings
from dataclasses import dataclass, replace

from benchmark.api import Features, InputError, hookimpl
from benchmark.features._encoder import FileEncoder, Network, first_line
from benchmark.features._preparation import Declared
from benchmark.features._torch import channels_of, network_of

METADATA = "preparation.json"  # an extra file in the archive: {"size": 224, "mean": [...], "std": [...]}


@dataclass
class TorchScript(FileEncoder):
    """The output of a network in a TorchScript file, as `torch.jit.save` writes it.

    Size, mean, std and interpolation come from `preparation.json`, which `torch.jit.save` adds with `_extra_files`;
    where it does not say them, they are 224, ImageNet's and bicubic: report.json states what was used. The file holds
    code that is run: use files only from those whom you trust.
    """

    name = "torchscript"
    needs = ("torch",)
    extra = "torch"
    source = "torch.jit"

    def _open(self) -> tuple[Declared, Network]:
        import torch

        extra = {METADATA: ""}
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)
                module = torch.jit.load(self.file, map_location="cpu", _extra_files=extra)
        except Exception as error:  # noqa: BLE001 - torch raises several kinds for files that are none of its own
            raise InputError(f"{self._who}: it is not a TorchScript file ({first_line(error)}).") from None
        try:
            declared = Declared().stating(json.loads(extra[METADATA] or "{}"))
        except (ValueError, AttributeError) as error:
            raise InputError(f"{self._who}: its {METADATA} cannot be used ({error}).") from None
        return replace(declared, channels=channels_of(module)), network_of(module)


@hookimpl
def bench_features() -> list[type[Features]]:
    """Register the networks in TorchScript files."""
    return [TorchScript]
