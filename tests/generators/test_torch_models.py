"""Flow and VAE: they learn what they are shown, without torch's global generator, and sample without torch."""

from __future__ import annotations

import pickle
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from benchmark.api import CannotFit
from generators._torch_training import silu, train
from generators.flow import Flow, _inputs, _network, _velocity
from generators.vae import Vae

pytestmark = pytest.mark.torch

SMALL = {  # no bank: morphs take longer than all else here
    "flow": Flow(steps=250, width=48, components=20, bank=0),
    "vae": Vae(steps=250, width=48, latent=6, bank=0),
}


@pytest.fixture(scope="module", autouse=True)
def torch():
    return pytest.importorskip("torch")


@pytest.mark.parametrize("name", SMALL)
def test_the_loss_falls(name, fives, context):
    ctx = context()
    replace(SMALL[name]).fit(fives, ctx)
    losses = np.array(ctx.curves["loss"])[:, 1]
    assert losses[-10:].mean() < 0.92 * losses[0]


@pytest.mark.parametrize("name", ["vae"])  # a flow that learned nothing draws codes from a Gaussian: fives too
def test_fives_come_out_nearer_to_fives_than_those_of_an_untrained_network(name, fives, context):
    def away(generator):
        generator.fit(fives, context())
        made = generator.sample(60, context(1)).reshape(60, 1, -1)
        return np.linalg.norm(made - fives.reshape(1, len(fives), -1), axis=2).min(axis=1).mean()

    small = SMALL[name]
    untrained = type(small)(**{**vars_of(small), "steps": 1, "lr": 1e-9})
    assert away(small) < 0.9 * away(untrained)


def vars_of(generator):
    return {name: getattr(generator, name) for name in generator.__dataclass_fields__}


@pytest.mark.parametrize("name", SMALL)
def test_torchs_global_generator_has_no_part_and_the_loss_is_shown(name, torch, fives, context):
    made = []
    for seed in (1, 2):
        torch.manual_seed(seed)
        before, generator, ctx = torch.random.get_rng_state(), type(SMALL[name])(steps=5, bank=0), context()
        generator.fit(fives[:20], ctx)
        made.append(generator.sample(5, context(1)))
        assert bool((torch.random.get_rng_state() == before).all())
        assert [step for step, _ in ctx.curves["loss"]] == [1, 2, 3, 4, 5]
    np.testing.assert_array_equal(*made)


def test_a_fitted_one_samples_where_torch_is_not_loaded(fives, context, tmp_path):
    for name, generator in SMALL.items():
        generator.fit(fives[:20], context())
        (tmp_path / name).write_bytes(pickle.dumps(generator))
        code = f"""
import pickle, sys
import numpy as np
from benchmark.api import Context
made = pickle.loads(open({str(tmp_path / name)!r}, "rb").read()).sample(4, Context(np.random.default_rng(3)))
assert "torch" not in sys.modules
print(made.astype(np.float64).sum())
"""
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert float(done.stdout) == pytest.approx(float(generator.sample(4, context(3)).astype(np.float64).sum()))


def test_a_flow_to_one_point_is_a_straight_line_to_it(context):
    """Where all data are one point x1, the direction at x, t is (x1 - x) / (1 - t): what the network has to find."""
    point, flow, ctx = np.array([[1.0, -2.0]], dtype=np.float32), Flow(steps=600, batch=256, width=32), context()
    weights = train(_network(2, 32, ctx.rng), flow._loss(point, ctx), flow.steps, flow.lr, ctx)
    at = ctx.rng.standard_normal((400, 2)).astype(np.float32)
    time = np.full((400, 1), 0.3, dtype=np.float32)
    place = time * point + (1 - time) * at
    found = _velocity(weights, _inputs(place, time), silu)
    assert np.abs(found - (point - at)).mean() < 0.15


def test_adam_finds_the_bottom_and_a_loss_that_is_not_finite_is_a_reason(context):
    (found,) = train([np.zeros(3, np.float32)], lambda w: ((w[0] - 2) ** 2).sum(), 300, 0.1, context())
    np.testing.assert_allclose(found, 2, atol=0.01)
    with pytest.raises(CannotFit, match=r"the loss is not finite at step 1, with lr=0\.1; try a smaller lr"):
        train([np.full(3, np.nan, np.float32)], lambda w: (w[0] ** 2).sum(), 300, 0.1, context())
