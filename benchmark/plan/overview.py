"""What was read: how many images of which classes. It is shown first, so that a wrong reading is seen at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Sized
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from benchmark.images.real import RealData

ALL, FIRST, LAST = 10, 5, 2  # classes that are named: all of at most ALL, else some


def overview(data: RealData, path: str) -> str:
    """Return a line on the real images; path: where they are from, if they are the user's own."""
    tests = np.bincount(data.test_labels, minlength=len(data.class_names))
    height, width, channels = data.shape
    where = f"{path} ({data.name})" if path else data.name
    duplicates = f"; {data.duplicates:,} duplicates were removed" if data.duplicates else ""
    counts = [train + int(test) for train, test in zip(data.counts, tests, strict=True)]
    return (
        f"Real images: {where}, {sum(counts):,} of {height}x{width} in {'grey' if channels == 1 else 'colour'}, "
        f"{len(data.test_labels):,} of them in the test split{duplicates}; {classes(data.class_names, counts)}"
    )


def overview_of_set(name: str, images: Mapping[int, Sized], data: RealData) -> str:
    """Return a line on a set of images that were made elsewhere, by label."""
    counts = [len(each) for each in images.values()]
    return f"{name}: {sum(counts):,} images; {classes([data.class_names[label] for label in images], counts)}"


def classes(names: Sequence[str], counts: Sequence[int]) -> str:
    """Return the classes with the number of their images: '2 classes: bag (400), boot (380)'."""
    listed = [f"{name} ({count:,})" for name, count in zip(names, counts, strict=True)]
    if len(listed) == 1:
        return f"1 class: {listed[0]}"
    if len(listed) <= ALL:
        return f"{len(listed)} classes: {', '.join(listed)}"
    some = ", ".join([*listed[:FIRST], "...", *listed[-LAST:]])
    return f"{len(listed):,} classes of {min(counts):,} to {max(counts):,} images: {some}"
