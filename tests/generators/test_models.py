"""Mixture, local, PCA-Gaussian and KDE: what each models, and the quality that it is there for."""

from __future__ import annotations

import numpy as np
import pytest

from benchmark.evidence.neighbours import nearest
from benchmark.images.real import RealData
from benchmark.images.roles import Sizes
from generators.kde import Kde
from generators.local import Local
from generators.mixture import Mixture
from generators.pca_gaussian import PcaGaussian


@pytest.fixture(scope="module")
def roles(mnist: RealData):
    return mnist.roles(3, 7, Sizes(train=400, held_out=200))


def mixing(synthetic, real):
    """The weaker side's share of neighbours from the other side, in pixels, of ten; 1 is what chance gives."""
    both = np.concatenate([synthetic, real]).reshape(len(synthetic) + len(real), -1)
    other = np.arange(len(both)) < len(synthetic)
    found = nearest(both, both, 10, same=True).indices
    share = (other[found] != other[:, None]).mean(axis=1)
    return min(share[other].mean(), share[~other].mean()) * (len(both) - 1) / len(real)


@pytest.mark.parametrize("generator", [Mixture, Local])
def test_registered_models_mix_with_real_images_where_the_plain_gaussian_does_not(generator, roles, context):
    def made(kind):
        model = kind()
        model.fit(roles["train"], context(1))
        return model.sample(200, context(2)).astype(np.float32)

    assert mixing(made(PcaGaussian), roles["held_out"]) < 0.6
    assert mixing(made(generator), roles["held_out"]) > 0.75


@pytest.mark.parametrize("generator", [Mixture, Local])
def test_without_the_finish_the_tones_are_not_the_real_ones(generator, roles, context):
    def grey(images):
        return ((images > 0.1) & (images < 0.9)).sum() / (images > 0.1).sum()

    shares = {}
    for finish in ("tone", "none"):
        model = generator(finish=finish)
        model.fit(roles["train"], context(1))
        shares[finish] = abs(grey(model.sample(200, context(2))) - grey(roles["held_out"]))
    assert shares["tone"] < 0.1 < shares["none"]


def test_a_gaussian_has_the_mean_and_the_variance_of_the_images(roles, context):
    model = PcaGaussian(components=50)
    model.fit(roles["train"], context(1))
    made = model.sample(3000, context(2))
    np.testing.assert_allclose(made.mean(axis=0), roles["train"].mean(axis=0), atol=0.05)
    assert 0.75 < made.var(axis=0).sum() / roles["train"].var(axis=0).sum() < 1.0  # 50 components hold most


def test_the_narrower_the_kernel_the_nearer_the_copies(roles, context):
    def distance(bandwidth):
        model = Kde(bandwidth=bandwidth, components=400)
        model.fit(roles["train"], context(1))
        made = model.sample(50, context(2)).reshape(50, -1)
        return np.median(nearest(made.astype(np.float32), roles["train"].reshape(400, -1), 1, same=False).distances)

    assert distance(0.01) < 0.3 < distance(0.5) < distance(1.0)


def test_few_images_are_morphed_first(fives, context):
    many, plain = Mixture(bank=300), Mixture(bank=0)
    for model in (many, plain):
        model.fit(fives[:30], context(1))
    assert many.codes.pca.n_components_ == 40 and plain.codes.pca.n_components_ == 29
