"""Disguises that cannot be seen through: classes in which a high score of `original` does not rule out copies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from benchmark.judging.calibration import Table

LEAST = 0.5  # of training images in a disguise that must be recognised; below it, a set of such copies looks mostly new
DISGUISES = {  # the measures that are such shares, and what the copies are called
    "turned_recognised": "turned",
    "warped_recognised": "warped",
    "thinned_recognised": "thinned",
}


@dataclass(frozen=True)
class Undecided:
    """Disguises, and the classes in which such copies cannot be distinguished from new images."""

    disguises: tuple[str, ...]
    classes: tuple[str, ...]

    @property
    def text(self) -> str:
        """'warped and thinned copies cannot be distinguished from new images in classes 1, 7'."""
        *first, last = self.disguises
        copies = f"{', '.join(first)} and {last}" if first else last
        noun = "class" if len(self.classes) == 1 else "classes"
        return f"{copies} copies cannot be distinguished from new images in {noun} {', '.join(self.classes)}"


def undecided(table: Table, configs: Iterable[str], classes: Mapping[int, str], n_real: int) -> list[Undecided]:
    """Return the disguises that hide copies, by the classes where they do; classes: their names by label.

    What is recognised depends on the real images alone, so the values of all configurations are alike; seeds differ.
    """
    found: dict[tuple[str, ...], list[str]] = {}
    everywhere = list(configs)
    for measure, disguise in DISGUISES.items():
        fits = {label: [table.fits(c, (label, n_real), measure) for c in everywhere] for label in classes}
        known = {
            label: [v.value for of in each for v in of.values() if v.value is not None] for label, each in fits.items()
        }
        hidden = tuple(classes[label] for label, values in known.items() if values and np.mean(values) < LEAST)
        if hidden:
            found.setdefault(hidden, []).append(disguise)
    return [Undecided(tuple(disguises), hidden) for hidden, disguises in found.items()]
