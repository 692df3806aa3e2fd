"""Training of `flow` and `vae`: torch's Adam, on arrays that start and end as numpy arrays.

Every random number comes from `ctx.rng`, so torch's global generator is not used. Only numpy arrays are kept, so a
fitted generator can be sampled and pickled without torch.
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

TELL = 50  # steps between progress reports
POINTS = 100  # maximum number of points of the loss curve


def train(
    weights: Sequence[Array], loss: Callable[[list[Tensor]], Tensor], steps: int, lr: float, ctx: Context
) -> list[Array]:
    """Return `weights` after `steps` of Adam (Kingma and Ba 2015); `lr` decays to 0 along a cosine.

    loss: takes the weights as tensors and draws its own batch. Raises CannotFit if it is not finite.
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
    """Return untrained weights (inputs, outputs) of variance gain^2 / inputs, and a bias (outputs,) of 0."""
    return [rng.normal(0, gain / np.sqrt(inputs), (inputs, outputs)).astype(np.float32), np.zeros(outputs, np.float32)]


def silu(values: Array) -> Array:
    """Return values * sigmoid(values), in numpy."""
    return np.asarray(values * (0.5 + 0.5 * np.tanh(0.5 * values)))
