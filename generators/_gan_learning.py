"""The training loop of `gan` and `cgan`: loss curves, snapshots and early stopping."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from benchmark.api import CannotFit
from generators._gan_networks import Sampler
from generators._watch import Best

if TYPE_CHECKING:
    from benchmark.api import Array, Context
    from generators._gan_training import Training

CHUNK = 50  # steps that TensorFlow runs without returning to Python
CHECK = 200  # steps between comparisons with the validation images
POINTS = 100  # maximum number of points per curve, each the mean loss over equally many steps
SHOWN = (1, 300, 600, 1200, 2400)  # steps at which snapshots are taken, in addition to the last
STATISTICS = 25  # batches of noise from which the batch-norm statistics are estimated


def learn(training: Training, steps: int, val: Array, ctx: Context, shown: Callable[[int, Sampler], None]) -> Sampler:
    """Train for `steps`, or until samples stop getting nearer to the images `val` (m, pixels), and return G.

    shown: called with a step and the current G, to take snapshots. Raises CannotFit if a loss is not finite.
    """
    latent, codes = training.recipe.latent, training.codes.numpy()
    count = STATISTICS * training.batch
    statistics = _noise(count, latent, ctx), codes[ctx.rng.integers(len(codes), size=count)]
    held = _noise(len(val), latent, ctx), codes[ctx.rng.integers(len(codes), size=len(val))]
    shots = {step for step in (*SHOWN, steps) if step <= steps}
    losses, done, best = np.empty((steps, 2), dtype=np.float32), 0, Best(val)
    for stop in sorted(shots.union(range(CHUNK, steps, CHUNK))):
        losses[done:stop] = training.run(done, stop)
        if not np.isfinite(losses[done:stop]).all():
            raise CannotFit(f"a loss is not finite at step {stop}, with lr={training.recipe.lr:g}; try a smaller lr")
        done = stop
        ctx.progress(done, steps)
        if done in shots:
            shown(done, Sampler(training.weights(), *statistics))
        if len(val) and (done % CHECK == 0 or done == steps):
            sampler = Sampler(training.weights(), *statistics)
            if best.look(sampler(*held), sampler):
                break
    _log(losses[:done], ctx)
    return best.state or Sampler(training.weights(), *statistics)


def _noise(n: int, latent: int, ctx: Context) -> Array:
    return ctx.rng.standard_normal((n, latent), dtype=np.float32)


def _log(losses: Array, ctx: Context) -> None:
    """Log the losses of D and G, float32 (steps, 2), as means over windows (of 24 steps, for 2,400 steps)."""
    window = -(-len(losses) // POINTS)
    for first in range(0, len(losses), window):
        part = losses[first : first + window].astype(float)
        d, g = part.mean(axis=0)
        ctx.log(first + len(part), D=d, G=g)
