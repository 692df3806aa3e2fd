"""The default feature space fits the images: PCA for small grey ones, for pictures a network or what the user named."""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmark.errors import InputError
from benchmark.images.image_set import ImageSet
from benchmark.images.real import RealData
from benchmark.plan import choices, spaces
from benchmark.plugins.registry import discover
from benchmark.settings import Settings

SMALL = {"generators": "smote", "dataset": "digits", "quick": True, "metrics": "clipped"}


@pytest.fixture
def colour(digits: RealData) -> RealData:
    """Digits in colour."""
    tint = np.array([255, 128, 40], dtype=np.float32) / 255
    return replace(digits, images=ImageSet.of((digits.raw * tint).astype(digits.raw.dtype)))


@pytest.fixture(autouse=True)
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of the user's settings, which does not exist yet."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    path = tmp_path / "synthassay" / "settings.toml"
    path.parent.mkdir()
    return path


def wide(data: RealData, side: int) -> RealData:
    return replace(data, images=ImageSet.of(np.zeros((4, 8, side, 1), dtype=np.uint8)))


def test_small_grey_images_are_measured_by_their_principal_components(digits: RealData) -> None:
    """Also if they were saved in colour; the key of the space is that of `--features pca`."""
    for data in (digits, wide(digits, 64), replace(digits, images=ImageSet.of(np.repeat(digits.raw, 3, axis=-1)))):
        features, notes = spaces.usual(data, discover())
        assert (features.space, notes) == ("pca50", [])
    plans = [choices.make(Settings(**SMALL, features=name), discover()) for name in ("auto", "pca")]
    assert len({plan.features_id for plan in plans}) == 1
    assert "blurred" not in plans[0].generators


def test_pictures_are_measured_by_a_network(
    digits: RealData, colour: RealData, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without torch by principal components; a sentence says what is missing and what to add."""
    here = importlib.util.find_spec("torch") is not None
    for data in (colour, wide(digits, 65)):
        features, (note,) = spaces.usual(data, discover())
        assert features.name == ("cnn" if here else "pca")
        assert "a pretrained" in note and "--features 'onnx[file=PATH]'" in note
    monkeypatch.setattr(spaces, "missing", lambda plugin: "needs torch: pip install 'synthassay[torch]'")
    features, (note,) = spaces.usual(colour, discover())
    assert features.name == "pca" and "pip install 'synthassay[torch]'" in note


def test_the_space_in_the_settings_file_is_used_for_pictures(
    digits: RealData, colour: RealData, settings: Path
) -> None:
    settings.write_text('features = "pixels"')
    features, (note,) = spaces.usual(colour, discover())
    assert features.name == "pixels" and str(settings) in note
    assert spaces.usual(digits, discover())[0].name == "pca"
    settings.write_text('features = "pixel"')
    with pytest.raises(InputError, match=r"features in .*settings.toml: features 'pixel' is not known"):
        spaces.usual(colour, discover())


@pytest.mark.slow("scores images of 72 pixels with all controls")
def test_pca_refuses_to_judge_pictures_in_which_it_sees_no_blur(bench: Any) -> None:
    """Dots of one colour, large or small, on a smooth ground: blurred ones have nearly the same components."""
    rng = np.random.default_rng(0)
    down, across = np.mgrid[:72, :72]

    def pictures(n: int, size: int) -> Any:
        made = np.empty((n, 72, 72, 3), dtype=np.uint8)
        for image in made:
            y, x = rng.uniform(20, 52, 2)
            ground = rng.uniform(40, 90, 3) + rng.uniform(-0.5, 0.5, 3) * across[..., None]
            inside = (down - y) ** 2 + (across - x) ** 2 < size**2
            image[...] = np.where(inside[..., None], rng.uniform(120, 250, 3), ground)
        return made

    for name, n in (("real", 300), ("fake", 60)):
        images = np.concatenate([pictures(n, 8), pictures(n, 16)])
        np.savez(bench.folder / f"{name}.npz", images=images, labels=np.repeat([0, 1], n))
    command = [
        "score",
        "fake.npz",
        "--real",
        "real.npz",
        "-m",
        "clipped,classifier",
        "--map-points",
        "0",
        "--no-report",
    ]
    said = bench(*command, "--features", "pca", "-o", "pca").stdout
    assert "looks real" in said and "add a pretrained network" in said
    scores = (bench.folder / "pca" / "scores.csv").read_text()
    assert "blurred" in scores
