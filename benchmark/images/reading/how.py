"""How images are read: what may be changed in them, as the user asked. Unasked, nothing is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmark.settings.values import size_of

if TYPE_CHECKING:
    from benchmark.settings import Settings


@dataclass(frozen=True)
class How:
    """What may be changed.

    convert: "gray" or "rgb", to which every image is converted, with 8 bits per value; "" for no conversion.
    fit: "crop", "pad" or "stretch", by which images of another size are brought to `size`; "" for no change.
    size: height and width, or None if all images must have the same size already.
    skip_broken: whether files that cannot be decoded are counted and left out, rather than an error.
    """

    convert: str = ""
    fit: str = ""
    size: tuple[int, int] | None = None
    skip_broken: bool = False


def asked(settings: Settings, size: tuple[int, int] | None = None) -> How:
    """Return what the options of a command allow; size: that of the real images, for images that must match them."""
    size = size or size_of(settings.size)
    return How(settings.convert, settings.fit, size if settings.fit else None, settings.skip_broken)
