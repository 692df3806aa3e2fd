"""The GAN: deterministic, recorded, and trained as the paper and the recipe say."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import warnings
from dataclasses import replace

import numpy as np
import pytest

from benchmark.api import CannotFit, InputError, Task
from benchmark.plugins.parameters import build, config_of, parameters_of
from generators._gan_learning import CHECK
from generators._gan_networks import Sampler, discriminate, generate
from generators._gan_training import DROPOUT, NOISE, Training, drop
from generators.gan import PRESETS, Gan

pytestmark = pytest.mark.tensorflow

TASK = Task("mnist", 5, "5", n_real=2, n_synthetic=10, shape=(28, 28, 1), n_classes=10, seed=0)
SMALL = {"g_widths": (8, 6), "d_widths": (8, 4), "latent": 3, "batch": 16}
NONE = np.empty((16, 0), dtype=np.float32)  # one class: nothing says which
RECIPE = replace(PRESETS["tuned"], g_widths=(8, 6), d_widths=(8, 4), latent=3)
THREADS = {
    "OMP_NUM_THREADS": "1",
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "CUDA_VISIBLE_DEVICES": "-1",
}
SCRIPT = """
import hashlib, sys
import numpy as np
from benchmark.api import Context
from generators.gan import Gan

real = np.random.default_rng(0).random((60, 28, 28, 1), dtype=np.float32)
gan = Gan(steps=60)
gan.fit(real, Context(np.random.default_rng(1)))
print(hashlib.sha256(gan.sample(20, Context(np.random.default_rng(2))).tobytes()).hexdigest())
"""


@pytest.fixture(scope="module")
def tf():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # TensorFlow's own, while it is imported
        return pytest.importorskip("tensorflow")


@pytest.fixture
def real():
    return np.random.default_rng(3).random((40, 4, 3, 1), dtype=np.float32)


@pytest.fixture
def training(tf, real):
    def make(**changes):
        none = np.empty((40, 0), np.float32)
        return Training(replace(RECIPE, **changes), real.reshape(40, -1), none, 16, np.random.default_rng(0))

    return make


@pytest.mark.slow("starts TensorFlow in two processes")
@pytest.mark.usefixtures("tf")
def test_fresh_processes_make_the_same_images_to_the_last_bit():
    found = [
        subprocess.run(
            [sys.executable, "-c", SCRIPT], env={**os.environ, **THREADS}, check=True, capture_output=True, text=True
        ).stdout
        for _ in range(2)
    ]
    assert len(found[0].strip()) == 64 and found[0] == found[1]


def test_no_global_random_state_is_touched_or_used(tf, real, context):
    def between(work):
        tf.random.set_seed(1)
        np.random.seed(1)  # noqa: NPY002 - the global generators are what is tested
        made = work()
        return made, float(tf.random.uniform(())), np.random.random()  # noqa: NPY002

    def fit():
        gan = Gan(steps=3, **SMALL)
        gan.fit(real, context())
        return gan.sample(5, context())

    before = fit()
    made, tensorflows, numpys = between(fit)
    assert (tensorflows, numpys) == between(lambda: None)[1:]
    np.testing.assert_array_equal(made, before)


@pytest.mark.usefixtures("tf")
def test_losses_and_snapshots_are_recorded(real, context):
    gan, ctx, told = Gan(steps=620, **SMALL), context(), []
    ctx.on_progress = lambda done, total: told.append((done, total))
    gan.fit(real, ctx)
    assert set(ctx.curves) == {"D", "G"}
    assert [step for step, _ in ctx.curves["D"]] == [*range(7, 620, 7), 620]
    assert [step for step, _ in ctx.snapshots] == [1, 300, 600, 620]
    assert all(images.shape == (8, 4, 3, 1) for _, images in ctx.snapshots)
    assert told[0] == (1, 620) and told[1] == (50, 620) and told[-1] == (620, 620) and len(told) == 14
    assert ctx.unit == "step"


@pytest.mark.usefixtures("tf")
def test_snapshots_are_of_the_same_latent_points_and_more_steps_change_nothing_before(real, context):
    short, long = context(), context()
    Gan(steps=1, **SMALL).fit(real, short)
    Gan(steps=30, **SMALL).fit(real, long)
    np.testing.assert_array_equal(short.snapshots[0][1], long.snapshots[0][1])
    start, end = (images.reshape(8, -1) for _, images in long.snapshots)
    across = np.linalg.norm(start[:, None] - end, axis=2)
    assert (across.argmin(axis=1) == np.arange(8)).mean() > 0.7  # 30 steps later each is still most like itself


def test_the_presets_are_the_published_recipes():
    tuned, paper = Gan().recipe, Gan(preset="paper").recipe
    assert (tuned.lr, tuned.latent, tuned.g_widths, tuned.d_widths) == (1.2e-3, 64, (256, 512), (256, 128))
    assert (tuned.real_label, tuned.dropout, tuned.average, tuned.batch_norm) == (0.9, 0.3, 0.99, True)
    assert (paper.lr, paper.latent, paper.g_widths, paper.d_widths) == (2e-4, 100, (256, 512, 1024), (512, 256))
    assert (paper.real_label, paper.dropout, paper.average, paper.batch_norm) == (1, 0, 0, True)
    assert not paper.shared_noise  # Algorithm 1 draws noise for D and again for G
    assert tuned.mean_start and not paper.mean_start
    assert Gan().steps == Gan(preset="paper").steps == 2400 and Gan().batch == 128


def test_a_given_parameter_replaces_the_presets_and_is_written_on_the_command_line():
    gan = build(Gan, {"preset": "paper", "lr": "0.001", "g_widths": "32-64", "average": "0.9", "steps": "600"})
    assert gan.recipe == replace(PRESETS["paper"], lr=0.001, g_widths=(32, 64), average=0.9)
    assert config_of(gan) == "gan[preset=paper,steps=600,lr=0.001,g_widths=32-64,average=0.9]"
    assert "tuned 256-512, paper 256-512-1024" in parameters_of(Gan)["g_widths"].help


@pytest.mark.usefixtures("tf")
def test_the_papers_layers_are_built(context):
    gan = Gan(preset="paper", steps=1)
    gan.fit(np.zeros((4, 28, 28, 1), dtype=np.float32), context())
    assert [weights.shape for weights, _ in gan.sampler.layers] == [(100, 256), (256, 512), (512, 1024), (1024, 784)]
    training = Training(gan.recipe, np.zeros((4, 784), dtype=np.float32), NONE[:4], 4, np.random.default_rng(0))
    assert [tuple(layer.weights.shape) for layer in training.d] == [(784, 512), (512, 256), (256, 1)]
    assert [layer.gain is not None for layer in training.g] == [True, True, True, False]
    assert [layer.gain for layer in training.d] == [None, None, None]


@pytest.mark.usefixtures("tf")
@pytest.mark.parametrize("shape", [(5, 7, 3), (1, 1, 1)])
def test_any_shape_goes_and_no_training_image_is_changed(shape, context):
    real = np.random.default_rng(0).random((2, *shape), dtype=np.float32)
    before = real.copy()
    gan = Gan(steps=5, **SMALL)
    gan.fit(real, context())
    made = gan.sample(9, context())
    assert made.shape == (9, *shape) and np.isfinite(made).all() and made.min() >= 0 and made.max() <= 1
    np.testing.assert_array_equal(real, before)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(gan)).sample(9, context()), made)


def test_one_image_is_not_enough_and_the_reason_is_given(context):
    assert Gan().skip(TASK) is None
    assert Gan().skip(replace(TASK, n_real=1)) == (
        "needs at least 2 training images, because batch norm compares the images in a batch"
    )
    with pytest.raises(CannotFit, match="needs at least 2 training images"):
        Gan().fit(np.zeros((1, 2, 2, 1), dtype=np.float32), context())


@pytest.mark.usefixtures("tf")
def test_a_loss_that_is_not_finite_ends_the_fit_with_a_sentence(real, context):
    real[7] = np.nan
    with pytest.raises(CannotFit, match=r"a loss is not finite at step 1, with lr=0\.0012; try a smaller lr"):
        Gan(steps=100, **SMALL).fit(real, context())


@pytest.mark.usefixtures("tf")
def test_it_learns_two_patterns(context):
    rng = np.random.default_rng(0)
    patterns = np.stack([np.eye(6), np.eye(6)[::-1]])[..., None]
    real = np.clip(patterns[rng.integers(2, size=200)] + rng.normal(0, 0.05, (200, 6, 6, 1)), 0, 1).astype(np.float32)
    gan = Gan(steps=600, batch=32, latent=8, g_widths=(32, 32), d_widths=(32, 32))
    gan.fit(real, context())
    made = gan.sample(300, context())
    away = np.abs(made[:, None] - patterns).mean(axis=(2, 3, 4))
    assert (away.min(axis=1) < 0.15).mean() > 0.8
    assert 0.2 < away.argmin(axis=1).mean() < 0.8


def cross_entropy(logits, label):
    return float(np.mean(label * np.log1p(np.exp(-logits)) + (1 - label) * np.log1p(np.exp(logits))))


@pytest.mark.parametrize("real_label", [1.0, 0.9])
def test_the_losses_are_the_papers(tf, training, real_label):
    step, made = tf.constant(0), training(dropout=0.0, real_label=real_label, shared_noise=False)

    def logits(images):
        return discriminate(made.d, images, NONE, lambda hidden, depth: hidden).numpy()

    fake = generate(made.g, made._noise(step, NOISE), NONE)
    of_real, of_fake = logits(made._images(step)[0]), logits(fake)
    other = generate(made.g, made._noise(step, NOISE + 1), NONE)
    assert np.abs(other - fake).max() > 0.01
    d_loss, g_loss = made.run(0, 1)[0]
    assert d_loss == pytest.approx((cross_entropy(of_real, real_label) + cross_entropy(of_fake, 0)) / 2, rel=1e-5)
    assert g_loss == pytest.approx(cross_entropy(logits(other), 1), rel=1e-5)  # of D after its step


def test_with_shared_noise_g_learns_from_the_fakes_that_d_saw(tf, training):
    made = training(dropout=0.0)
    fake = generate(made.g, made._noise(tf.constant(0), NOISE), NONE)
    g_loss = made.run(0, 1)[0, 1]
    of_fake = discriminate(made.d, fake, NONE, lambda hidden, depth: hidden).numpy()
    assert g_loss == pytest.approx(cross_entropy(of_fake, 1), rel=1e-5)


def test_each_network_goes_down_its_own_loss(training):
    made = training(dropout=0.0)
    before = [layer.map(np.asarray) for layer in made.d]
    losses = made.run(0, 200)
    assert losses[-20:, 0].mean() < losses[0, 0]  # D tells them apart
    assert any(np.abs(a.weights - np.asarray(b.weights)).max() > 0.01 for a, b in zip(before, made.d, strict=True))


def test_adam_is_adam(tf, training):
    made = training()
    variable = made.d_adam.variables[0]
    variable.assign(tf.where(variable < 0, variable - 0.1, variable + 0.1))  # away from 0, where rounding decides
    start, m, v = variable.numpy().astype(np.float64), 0.0, 0.0
    for step in range(3):
        with tf.GradientTape() as tape:
            loss = tf.add_n([tf.reduce_sum(x**2) for x in made.d_adam.variables])  # its gradient is 2x
        gradient = 2 * start
        m, v = 0.5 * m + 0.5 * gradient, 0.999 * v + 0.001 * gradient**2
        start = start - 1.2e-3 * (m / (1 - 0.5 ** (step + 1))) / (np.sqrt(v / (1 - 0.999 ** (step + 1))) + 1e-7)
        made.d_adam.descend(loss, tape, tf.constant(step))
    np.testing.assert_allclose(variable.numpy(), start, atol=1e-6)


@pytest.mark.usefixtures("tf")
def test_the_average_is_of_the_weights_after_each_step_however_many_are_done_at_once(training):
    one, all_at_once = training(average=0.9), training(average=0.9)
    expected = np.asarray(one.g[0].weights).astype(np.float64)
    losses = []
    for step in range(6):
        losses.append(one.run(step, step + 1)[0])
        expected = 0.9 * expected + 0.1 * np.asarray(one.g[0].weights)
    np.testing.assert_allclose(one.weights()[0].weights, expected, atol=1e-6)
    np.testing.assert_allclose(all_at_once.run(0, 6), losses, rtol=1e-6)
    np.testing.assert_allclose(all_at_once.weights()[0].weights, expected, atol=1e-6)


def test_every_random_number_has_a_seed_of_its_own(tf, training, monkeypatch):
    made, used = training(shared_noise=False), []
    seed = made._seed
    monkeypatch.setattr(made, "_seed", lambda *key: used.append(tuple(map(int, seed(*key)))) or seed(*key))
    made._step(tf.constant(0))
    made._step(tf.constant(1))
    assert len(set(used)) == len(used) == 14  # images, noise twice, dropout in two layers twice; two steps


@pytest.mark.usefixtures("tf")
def test_the_generator_starts_from_the_mean_image(training, real):
    bias = training().weights()[-1].bias
    np.testing.assert_allclose(1 / (1 + np.exp(-bias)), real.reshape(40, -1).mean(axis=0), atol=0.01)


@pytest.mark.usefixtures("tf")
def test_without_an_average_the_weights_are_the_last(training):
    made = training(average=0.0)
    made.run(0, 4)
    for averaged, last in zip(made.weights(), made.g, strict=True):
        for one, other in zip(averaged.arrays, last.arrays, strict=True):
            np.testing.assert_allclose(one, np.asarray(other), atol=1e-7)


@pytest.mark.usefixtures("tf")
def test_dropout_is_in_d_and_differs_from_step_to_step(tf, training):
    made, still = training(dropout=0.5), training(dropout=0.0)
    images, truth = made._images(tf.constant(0))[0], tf.ones((16, 1))

    def loss(model, step):
        return float(model._loss(images, NONE, truth, tf.constant(step), DROPOUT))

    assert loss(made, 0) != loss(made, 1)
    assert loss(made, 0) == loss(made, 0)
    assert loss(still, 0) == loss(still, 1)


@pytest.mark.parametrize(("rate", "share"), [(0.3, 77 / 256), (0.5, 0.5), (0.999, 255 / 256)])
def test_dropout_zeroes_its_share_and_scales_the_others_up(tf, rate, share):
    kept = drop(tf.ones((1001, 103)), rate, [1, 2]).numpy()  # 103,103 bytes: not whole words
    assert (kept == 0).mean() == pytest.approx(share, abs=0.005)
    np.testing.assert_allclose(kept[kept > 0], 1 / (1 - share), rtol=1e-6)
    np.testing.assert_array_equal(kept, drop(tf.ones((1001, 103)), rate, [1, 2]))
    assert (kept != drop(tf.ones((1001, 103)), rate, [1, 3]).numpy()).mean() > min(share, 1 - share)
    assert (kept == 0).mean(axis=0).std() < 0.03  # no unit is always dropped


@pytest.mark.parametrize("batch_norm", [True, False])
def test_the_sampler_is_the_trained_network_with_statistics_estimated_anew(training, batch_norm):
    made = training(batch_norm=batch_norm)
    made.run(0, 20)
    noise, none = np.random.default_rng(0).standard_normal((500, 3)).astype(np.float32), np.empty((500, 0), np.float32)
    sampler = Sampler(made.weights(), noise, none)
    np.testing.assert_allclose(sampler(noise, none), generate(made.averaged, noise, none).numpy(), atol=1e-5)
    np.testing.assert_allclose(sampler(noise[:3], none[:3]), sampler(noise, none)[:3], atol=1e-6)  # each on its own


def test_epochs_are_another_way_to_say_steps():
    assert Gan().length(1000) == 2400
    assert Gan(epochs=600).length(1000) == 600
    assert Gan(epochs=3, epoch_unit="pass").length(1000) == 24  # 8 batches of 128 hold 1,000 images
    assert Gan(epochs=3, epoch_unit="pass").length(50) == 3
    with pytest.raises(InputError, match="steps=600 and epochs=5 both set the training length; give only one"):
        build(Gan, {"steps": "600", "epochs": "5"})


@pytest.mark.usefixtures("tf")
def test_it_stops_when_validation_images_out_of_train_come_no_nearer(real, context):
    ctx = context()
    gan = Gan(steps=9000, val=0.25, **SMALL)
    gan.fit(real, ctx)
    last = ctx.curves["D"][-1][0]
    assert 800 <= last < 9000 and last % CHECK == 0  # three looks after the best one at the least
    assert Gan(val=0.25).skip(replace(TASK, n_real=20)) == (
        "val=0.25 holds back 5 of 20 training images; at least 10 are needed"
    )
    with pytest.raises(CannotFit, match="at least 10 are needed"):
        gan.fit(real[:20], context())


@pytest.mark.usefixtures("tf")
def test_a_collapse_is_a_warning_and_is_sampled_all_the_same(real, context):
    ctx = context()
    gan = Gan(steps=1, **SMALL)  # all that it can do yet is the mean image
    gan.fit(real, ctx)
    assert any(
        warning.startswith("collapsed: the median distance to the nearest other sample is") for warning in ctx.warnings
    )
    assert gan.sample(7, context()).shape == (7, 4, 3, 1)


@pytest.mark.usefixtures("tf")
def test_the_finish_gives_the_training_images_tones(real, context):
    made = {}
    for finish in ("none", "tone"):
        gan = Gan(steps=20, finish=finish, **SMALL)
        gan.fit(real, context())
        made[finish] = np.quantile(gan.sample(2000, context(1)), np.linspace(0.05, 0.95, 19))
    wanted = np.quantile(real, np.linspace(0.05, 0.95, 19))
    assert np.abs(made["tone"] - wanted).max() < 0.03 < np.abs(made["none"] - wanted).max()
