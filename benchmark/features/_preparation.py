"""How images are turned into what a pretrained network expects: size, channels, mean and standard deviation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from benchmark.api import Array, Images, InputError

FILTERS = {"bicubic": 3, "bilinear": 2, "lanczos": 1, "box": 4}  # the numbers of Pillow's filters
IMAGENET = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # mean and sd that most networks for photos were trained with
USUAL = 224  # pixels
KEYS = {"size": "size", "mean": "mean", "std": "sd", "sd": "sd"}  # of a file's metadata: numbers


@dataclass(frozen=True)
class Preparation:
    """What a network is given: size (height, width), channels, mean and sd per channel of values in [0, 1].

    Images are stretched to the size with a filter of Pillow on floats, whose support grows as images are reduced
    (antialiased; Parmar et al.: On aliased resizing and surprising subtleties in GAN evaluation, 2022). Grey images are
    repeated for a network that takes three channels.
    """

    size: tuple[int, int]
    channels: int
    mean: tuple[float, ...]
    sd: tuple[float, ...]
    interpolation: str
    channels_last: bool = False
    assumed: tuple[str, ...] = ()  # which of these neither the user nor the file said

    def __post_init__(self) -> None:
        """Raise ValueError if these values do not fit together."""
        for name in ("mean", "sd"):
            if len(getattr(self, name)) != self.channels:
                raise ValueError(
                    f"{name} has {len(getattr(self, name))} values; the network takes {self.channels} channels"
                )
        if min(self.sd) <= 0:
            raise ValueError(f"sd is {min(self.sd):g}; it must be above 0")
        if self.interpolation not in FILTERS:
            raise ValueError(f"interpolation is {self.interpolation!r}; it must be one of {', '.join(FILTERS)}")

    def __call__(self, images: Images) -> Array:
        """Return float32 (n, channels, height, width), or with the channels last, of images (n, h, w, c)."""
        found = np.empty((len(images), *self.size, self.channels), dtype=np.float32)
        for image, target in zip(images, found, strict=True):
            target[...] = self._resized(image)
        found -= np.asarray(self.mean, dtype=np.float32)
        found /= np.asarray(self.sd, dtype=np.float32)
        return found if self.channels_last else np.ascontiguousarray(found.transpose(0, 3, 1, 2))

    def stated(self) -> dict[str, Any]:
        """Return the values as plain ones, for the state of a space."""
        return {name: list(v) if isinstance(v, tuple) else v for name, v in asdict(self).items()}

    @classmethod
    def of(cls, stated: Mapping[str, Any]) -> Preparation:
        """Return what `stated` gave. Raises ValueError and TypeError."""
        values: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in stated.items()}
        return cls(**values)

    def _resized(self, image: Array) -> Array:
        from PIL import Image

        if image.shape[-1] not in (1, self.channels):
            raise InputError(
                f"the network takes {self.channels} channel, and the images have {image.shape[-1]}; "
                "convert them to grey, or name a network for colour."
            )
        if image.shape[:2] != self.size:
            filter_, size = Image.Resampling(FILTERS[self.interpolation]), self.size[::-1]
            planes = [Image.fromarray(np.ascontiguousarray(image[..., c])) for c in range(image.shape[-1])]
            image = np.stack([np.asarray(plane.resize(size, filter_)) for plane in planes], axis=-1)
        return image  # of one channel: broadcast to all


@dataclass(frozen=True)
class Declared:
    """What a network says of its input; None where it does not. batch: the number of images, if it is fixed."""

    size: tuple[int, int] | None = None
    channels: int | None = None
    mean: tuple[float, ...] | None = None
    sd: tuple[float, ...] | None = None
    interpolation: str | None = None
    channels_last: bool = False
    batch: int | None = None
    fixed_size: bool = False

    def stating(self, metadata: Mapping[str, Any]) -> Declared:
        """Return this with what a file's metadata says: size, mean, std or sd, interpolation. Raises ValueError."""
        found: dict[str, Any] = {name: _numbers(metadata[key]) for key, name in KEYS.items() if key in metadata}
        size = found.pop("size", None)
        sides = (int(size[0]), int(size[-1])) if size else None
        return replace(self, **found, size=self.size or sides, interpolation=metadata.get("interpolation"))

    def preparation(self, wanted: Declared, who: str) -> Preparation:
        """Return what the user `wanted`, else what is declared, else what is usual. Raises InputError."""
        if self.fixed_size and self.size and wanted.size not in (None, self.size):
            height, width = self.size
            raise InputError(f"{who}: the network takes images of {height}x{width} pixels only; leave out size.")
        channels = self.channels or 3
        usual = IMAGENET if channels == 3 else ((0.0,) * channels, (1.0,) * channels)
        try:
            return Preparation(
                wanted.size or self.size or (USUAL, USUAL),
                channels,
                _per_channel(wanted.mean or self.mean or usual[0], channels),
                _per_channel(wanted.sd or self.sd or usual[1], channels),
                wanted.interpolation or self.interpolation or "bicubic",
                self.channels_last,
                tuple(
                    n for n in ("size", "mean", "sd", "interpolation") if not (getattr(wanted, n) or getattr(self, n))
                ),
            )
        except ValueError as error:
            raise InputError(f"{who}: {error}.") from None


def layout(shape: tuple[int | None, ...]) -> Declared:
    """Return what the shape of an input says, None where it is not fixed. Raises ValueError."""
    if len(shape) != 4:
        raise ValueError(f"its input has the shape {_words(shape)}; expected images (n, c, h, w) or (n, h, w, c)")
    batch, one, two, three = shape
    last = three in (1, 3) and one not in (1, 3)
    channels, height, width = (three, one, two) if last else (one, two, three)
    if channels not in (1, 3, None):
        raise ValueError(f"its input has the shape {_words(shape)}; expected 1 or 3 channels")
    size = (height, width) if height and width else None
    return Declared(size, channels, channels_last=last, batch=batch, fixed_size=size is not None)


def _numbers(value: Any) -> tuple[float, ...]:
    """Return the numbers in a text, such as '0.5,0.5,0.5' or '[0.5, 0.5, 0.5]', or in a list."""
    words = value.strip("[]() ").replace(",", " ").split() if isinstance(value, str) else np.ravel(value).tolist()
    return tuple(float(word) for word in words)


def _words(shape: tuple[int | None, ...]) -> str:
    return "(" + ", ".join("any" if side is None else str(side) for side in shape) + ")"


def _per_channel(values: tuple[float, ...], channels: int) -> tuple[float, ...]:
    return values * channels if len(values) == 1 else values
