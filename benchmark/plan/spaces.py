"""In which feature space distances are measured: the one that is named, or one that fits the images."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmark.errors import InputError, naming
from benchmark.plugins import selectors
from benchmark.plugins.raised import calling
from benchmark.plugins.registry import missing
from benchmark.settings.reading import read_toml

if TYPE_CHECKING:
    from pathlib import Path

    from benchmark.api import Features
    from benchmark.images.real import RealData
    from benchmark.plugins.registry import Registry

ADD = "such as --features 'onnx[file=PATH]' or 'timm[model=NAME]'"


def named(selector: str, registry: Registry) -> Features:
    """Return the feature space that a selector names. Raises InputError."""
    found = selectors.select(selector, registry.features, "features")
    if len(found) != 1:
        raise InputError(
            f"{selector!r} names {len(found)} spaces; scores in different spaces are never mixed, so name one."
        )
    if problem := missing(type(found[0])):
        raise InputError(f"{selector} {problem}.")
    with calling(found[0], "space"):
        if not isinstance(space := found[0].space, str):
            raise TypeError(f"it is {space!r}; expected a text")
    return found[0]


def usual(data: RealData, registry: Registry) -> tuple[Features, list[str]]:
    """Return the space for these images, and what the user should know about the choice. Raises InputError.

    Principal components for grey images up to 64 pixels wide. For pictures, the space in the user's settings file, else
    the network that is trained here, if torch is installed.
    """
    if not data.pictures:
        return registry.features["pca"](), []
    file = settings_file()
    if selector := (read_toml(file).get("features", "") if file.exists() else ""):
        with naming(f"features in {file}"):
            return named(str(selector), registry), [f"Distances are measured in {selector}, as {file} says"]
    if problem := missing(registry.features["cnn"]):
        said = f"which sees neither another class nor blur in pictures; cnn {problem}, or name a pretrained network"
        return registry.features["pca"](), [f"Distances are measured in principal components of pixels, {said}, {ADD}"]
    said = "by a small network that is trained here to tell the classes apart; a pretrained one also sees differences"
    return registry.features["cnn"](), [f"Distances are measured {said} within a class, such as blur: name one, {ADD}"]


def settings_file() -> Path:
    """Return the file of the user's own settings, which may not exist: `features` is the only one so far."""
    import platformdirs

    return platformdirs.user_config_path("synthassay") / "settings.toml"
