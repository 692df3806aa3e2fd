"""Roles are disjoint, stable, and as large as the design says."""

import numpy as np
import pytest

from benchmark.errors import InputError
from benchmark.images.real import RealData
from benchmark.images.roles import Sizes, fit_sizes, roles

FULL = Sizes(train=1000, held_out=500)
MEMBERS = np.arange(3000)


def cut(seed: int, sizes: Sizes = FULL) -> dict[str, np.ndarray]:
    return dict(roles(MEMBERS, "mnist", 3, seed, sizes))


def test_roles_are_disjoint_and_of_the_asked_sizes() -> None:
    found = cut(0)
    assert {name: len(part) for name, part in found.items()} == {
        "neutral": 900,
        "held_out": 500,
        "fresh": 500,
        "train": 1000,
        "spare": 100,
    }
    together = np.concatenate(list(found.values()))
    assert len(set(together.tolist())) == len(together)


def test_small_train_is_a_prefix_and_no_other_role_moves() -> None:
    small, large = cut(0, Sizes(50, 500)), cut(0)
    assert np.array_equal(small["train"], large["train"][:50])
    for role in ("neutral", "held_out", "fresh"):
        assert np.array_equal(small[role], large[role])


def test_neutral_is_the_same_for_every_seed_and_the_rest_is_not() -> None:
    first, second = cut(0), cut(1)
    assert np.array_equal(first["neutral"], second["neutral"])
    assert not np.array_equal(first["train"], second["train"])


@pytest.mark.parametrize(
    ("available", "expected"),
    [
        (2900, Sizes(1000, 500, 900)),
        (2500, Sizes(1000, 500, 500)),  # neutral gives first
        (2000, Sizes(1000, 400, 200)),  # then held_out and fresh
        (1000, Sizes(600, 100, 200)),  # then train
        (450, Sizes(50, 100, 200)),
        (225, Sizes(25, 50, 100)),  # then all in proportion
    ],
)
def test_default_sizes_shrink_in_this_order(available: int, expected: Sizes) -> None:
    assert fit_sizes(available, FULL) == expected


def test_the_studys_size_fits_mnists_smallest_class(mnist: RealData) -> None:
    assert min(mnist.counts) == 5421
    assert fit_sizes(5421, Sizes(3000, 750), typed_train=True, typed_held_out=True) == Sizes(3000, 750, 900)


def test_typed_sizes_stay_or_are_refused() -> None:
    assert fit_sizes(140, Sizes(50, 500), typed_train=True).train == 50
    with pytest.raises(InputError, match="--n-real 6000 .* has 5421"):
        fit_sizes(5421, Sizes(6000, 500), typed_train=True)
    with pytest.raises(InputError, match="--n-synthetic 70 .* has 140"):
        fit_sizes(140, Sizes(1000, 70), typed_held_out=True)


def test_too_few_images_are_refused_with_how_many_it_takes() -> None:
    with pytest.raises(
        InputError, match=r"smallest class has 89 apart from its test split .*; 90 are needed \(`bench score`"
    ):
        fit_sizes(89, Sizes(1000, 500))
    assert min(fit_sizes(90, Sizes(1000, 500)).train, fit_sizes(90, Sizes(200, 100)).train) == 10
