"""What is computed from real images once per process, although many cells ask for it: features, and pixels."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from benchmark.api import Array
    from benchmark.images.image_set import ImageSet

MOST = 2**25  # numbers that are kept: 128 MiB
_KNOWN: dict[tuple[Any, ...], tuple[Any, Array]] = {}


def once(images: ImageSet, what: object, compute: Callable[[], Array]) -> Array:
    """Return what `compute` gives for a set of images and `what`, if it has been computed before, from memory.

    Only sets with a name are remembered, as they are asked for again, and what was used last is kept.
    """
    if images.name is None:
        return compute()
    key = (images.name, images.rows.tobytes(), id(what))
    found = _KNOWN.pop(key, None) or (what, compute())  # `what` is kept, so that no other object gets its id
    _KNOWN[key] = found
    while sum(array.size for _, array in _KNOWN.values()) > MOST and len(_KNOWN) > 1:
        del _KNOWN[next(iter(_KNOWN))]
    return found[1]
