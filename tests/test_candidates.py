"""Candidates for realism have the fault that their name says, in as many images as it says."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from benchmark.api import CannotFit, Context, Images, Task
from benchmark.audits import candidates
from benchmark.images.real import RealData
from benchmark.images.roles import Sizes
from benchmark.plan.cells import images_for

SIZES = Sizes(train=60, held_out=20, neutral=20, draws=3)
N = SIZES.held_out


def made(data: RealData, kind: type[candidates.Candidate]) -> Images:
    task = Task("digits", 3, "3", SIZES.train, N, data.shape, 10, 0)
    candidate = kind()
    candidate.fit(images_for(data, candidate, task, SIZES), Context(np.random.default_rng(0)))
    return candidate.sample(N, Context(np.random.default_rng(0)))


def among(images: Images, others: Images) -> Any:
    """Return which images are equal to one of the others."""
    return (images[:, None] == others[None]).all(axis=(2, 3, 4)).any(axis=1)


@pytest.mark.parametrize(("kind", "wrong"), [("WrongTenth", 2), ("WrongFifth", 4), ("WrongHalf", 10)])
def test_a_share_is_of_the_next_class_but_one(digits: RealData, kind: str, wrong: int) -> None:
    images = made(digits, getattr(candidates, kind))
    assert among(images, digits.roles(5, 0, SIZES)["spare"]).sum() == wrong
    assert among(images, digits.roles(3, 0, SIZES)["spare"]).sum() == N - wrong


@pytest.mark.parametrize("kind", [candidates.Narrow, candidates.Typical])
def test_narrow_kinds_are_genuine_and_less_varied(digits: RealData, kind: type[candidates.Candidate]) -> None:
    images, roles = made(digits, kind), digits.roles(3, 0, SIZES)
    pool = np.concatenate([roles["spare"], roles["fresh"], roles["train"]])
    assert among(images, pool).all()
    assert images.std(axis=0).mean() < 0.95 * pool.std(axis=0).mean()
    few = kind()
    few.fit(pool[:30], Context(np.random.default_rng(0)))
    with pytest.raises(CannotFit, match="choose smaller sizes"):
        few.sample(N, Context(np.random.default_rng(0)))


@pytest.mark.parametrize(("kind", "low", "high"), [("ExtraStroke", N, N), ("SomeExtraStrokes", 1, 12)])
def test_strokes_only_add_ink(digits: RealData, kind: str, low: int, high: int) -> None:
    images, fresh = made(digits, getattr(candidates, kind)), digits.roles(3, 0, SIZES)["spare"][:N]
    assert (images >= fresh).all()
    assert low <= (images > fresh).any(axis=(1, 2, 3)).sum() <= high


@pytest.mark.parametrize("kind", ["FaintNoise", "Dimmed", "Blurred", "Jpeg75", "Jpeg40"])
def test_small_faults_are_in_every_image_and_small(digits: RealData, kind: str) -> None:
    images, fresh = made(digits, getattr(candidates, kind)), digits.roles(3, 0, SIZES)["spare"][:N]
    off = np.abs(images - fresh).mean(axis=(1, 2, 3))
    assert ((off > 0) & (off < 0.1)).all()


def test_stronger_compression_is_farther_from_the_copied_images(digits: RealData) -> None:
    clean = made(digits, candidates.CopiesAgain)
    far = [np.abs(made(digits, kind) - clean).mean() for kind in (candidates.CopiesJpeg50, candidates.CopiesJpeg20)]
    assert 0 < far[0] < far[1]
