"""What the spaces of torch's networks share."""

from __future__ import annotations

import os
from typing import Any

from benchmark.api import Array
from benchmark.features._encoder import Network


def network_of(module: Any) -> Network:
    """Return a module as a function of prepared images, which computes without gradients on all cores."""
    import torch

    module.eval()

    def network(batch: Array) -> Array:
        before = torch.get_num_threads()
        torch.set_num_threads(len(os.sched_getaffinity(0)))
        try:
            with torch.inference_mode():
                found = module(torch.from_numpy(batch))
        finally:
            torch.set_num_threads(before)
        first: Array = (found[0] if isinstance(found, (tuple, list)) else found).float().numpy()
        return first

    return network


def channels_of(module: Any) -> int | None:
    """Return how many channels the first convolution of a module takes, if it is 1 or 3."""
    for parameter in module.parameters():
        if parameter.ndim == 4:
            return int(parameter.shape[1]) if parameter.shape[1] in (1, 3) else None
    return None


def without_head(module: Any) -> Any:
    """Return a classifier without its last linear layer, so that it gives what that layer is given."""
    import torch

    layers = [name for name, layer in module.named_modules() if isinstance(layer, torch.nn.Linear)]
    if layers:
        parent, _, name = layers[-1].rpartition(".")
        setattr(module.get_submodule(parent), name, torch.nn.Identity())
    return module
