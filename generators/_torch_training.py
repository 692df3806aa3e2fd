"""How `flow` and `vae` learn: Adam by torch on arrays that come from numpy and go back to it.

Every random number comes from `ctx.rng`, so torch's global generator has no part in it; and what is kept are numpy
arrays, so a fitted generator samples, and is pickled, without torch.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmark.api import CannotFit

if TYPE_CHECKING:
    from typing import TypeAlias

    from benchmark.api import Array, Context

    Tensor: TypeAlias = Any  # torch.Tensor, whose package may be missing

TELL = 50  # steps between words on progress
POINTS = 100  # of the curve at most


def train(
    weights: Sequence[Array], loss: Callable[[list[Tensor]], Tensor], steps: int, lr: float, ctx: Context
) -> list[Array]:
    """Return what `steps` of Adam (Kingma and Ba 2015) make of `weights`; lr falls to 0 by a cosine.

    loss: gets the weights as tensors, draws its own batch. Raises CannotFit where it is not finite.
    """
    import torch

    tensors = [torch.tensor(array, dtype=torch.float32, requires_grad=True) for array in weights]
    adam = torch.optim.Adam(tensors, lr=lr)
    losses = np.empty(steps)
    for step in range(steps):
        adam.param_groups[0]["lr"] = lr * 0.5 * (1 + np.cos(np.pi * step / steps))
        adam.zero_grad()
        value = loss(tensors)
        value.backward()
        adam.step()
        losses[step] = float(value.detach())
        if not np.isfinite(losses[step]):
            raise CannotFit(f"the loss is not finite at step {step + 1}, with lr={lr:g}; try a smaller lr")
        if step % TELL == TELL - 1 or step == steps - 1:
            ctx.progress(step + 1, steps)
    window = -(-steps // POINTS)
    for first in range(0, steps, window):
        ctx.log(min(first + window, steps), loss=float(losses[first : first + window].mean()))
    return [tensor.detach().numpy().copy() for tensor in tensors]


def dense(inputs: int, outputs: int, rng: np.random.Generator, gain: float = 1.0) -> list[Array]:
    """Return fresh weights (inputs, outputs) of variance gain^2 / inputs, and a bias (outputs,) of 0."""
    return [rng.normal(0, gain / np.sqrt(inputs), (inputs, outputs)).astype(np.float32), np.zeros(outputs, np.float32)]


def silu(values: Array) -> Array:
    """Return values * sigmoid(values), in numpy."""
    return np.asarray(values * (0.5 + 0.5 * np.tanh(0.5 * values)))
