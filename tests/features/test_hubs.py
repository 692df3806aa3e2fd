"""Networks that a library names: prepared as the library says, and without a connection a sentence on what to do.

torchvision's wheels on PyPI need torch for CUDA, so these tests run only where both libraries can be imported.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmark.api import Context, Images, InputError
from benchmark.features.timm import Timm
from benchmark.features.torchvision import Torchvision

torch = pytest.importorskip("torch")
timm = pytest.importorskip("timm")
models = pytest.importorskip("torchvision.models")


def pictures(n: int, side: int) -> Images:
    return np.random.default_rng(n).random((n, side, side, 3), dtype=np.float32)


def fitted(features: Any, images: Images) -> Any:
    features.identity()  # as when a run is planned
    features.fit(images, np.zeros(len(images), dtype=np.int64), Context(np.random.default_rng(0)))
    return features


def prepared(images: Images, mean: Any, sd: Any) -> Any:
    standard = (images - np.float32(mean)) / np.float32(sd)
    return torch.from_numpy(np.ascontiguousarray(standard.transpose(0, 3, 1, 2), dtype=np.float32))


def test_timm_gives_what_the_network_gives_before_its_classifier(tmp_path: Path) -> None:
    module = timm.create_model("resnet10t", pretrained=False).eval()
    torch.save(module.state_dict(), tmp_path / "weights.pth")
    config = timm.data.resolve_model_data_config(module)
    side, images = config["input_size"][1], pictures(3, config["input_size"][1])
    with torch.inference_mode():
        batch = prepared(images, config["mean"], config["std"])
        due = module.forward_head(module.forward_features(batch), pre_logits=True).numpy()
    found = fitted(Timm(model="resnet10t", weights=str(tmp_path / "weights.pth")), images)
    assert found.preparation["size"] == [side, side] and found.preparation["assumed"] == []
    assert np.allclose(found.transform(images), due, atol=1e-4)


def test_torchvision_gives_what_the_last_layer_is_given(tmp_path: Path) -> None:
    module = models.get_model("resnet18").eval()
    torch.save(module.state_dict(), tmp_path / "weights.pth")
    images, shown = pictures(3, 224), models.get_model_weights("resnet18").DEFAULT.transforms()
    module.fc = torch.nn.Identity()
    with torch.inference_mode():
        due = module(prepared(images, shown.mean, shown.std)).numpy()
    found = fitted(Torchvision(model="resnet18", weights=str(tmp_path / "weights.pth")), images)
    assert found.preparation["size"] == [224, 224]
    assert np.allclose(found.transform(images), due, atol=1e-4)


@pytest.mark.parametrize(
    ("features", "said"),
    [
        (Timm(model="resnet10t"), "its weights are not on this machine, and --offline forbids downloading: run once"),
        (Torchvision(model="resnet18"), r"--offline forbids downloading: put \S+resnet18-\w+.pth into \S+checkpoints"),
        (Timm(model="resnet10tt"), "timm has no such network"),
        (Torchvision(model="resnet19"), "torchvision has no such classifier"),
        (Timm(model="resnet10t", weights="text"), "text does not fit the network"),
        (Torchvision(model="resnet18", weights="text"), "text does not fit the network"),
        (Timm(model="resnet10t", weights="absent"), "the file cannot be read"),
    ],
)
def test_without_weights_it_says_what_to_put_where(
    features: Any, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SYNTHASSAY_OFFLINE", "1")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "hub"))
    monkeypatch.chdir(tmp_path)
    Path("text").write_text("no weights")
    with pytest.raises(InputError, match=said) as error:
        fitted(features, pictures(2, 32))
    assert "\n" not in str(error.value)
