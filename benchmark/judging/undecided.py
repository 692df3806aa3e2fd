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
    """A disguise, and the classes in which such copies cannot be distinguished from new images."""

    disguise: str
    classes: tuple[str, ...]

    @property
    def text(self) -> str:
        """'warped copies cannot be distinguished from new images in classes 1, 7'."""
        noun = "class" if len(self.classes) == 1 else "classes"
        return f"{self.disguise} copies cannot be distinguished from new images in {noun} {', '.join(self.classes)}"


def undecided(table: Table, configs: Iterable[str], classes: Mapping[int, str], n_real: int) -> list[Undecided]:
    """Return the disguises that hide copies, with the classes; classes: their names by label.

    What is recognised depends on the real images alone, so the values of all configurations are alike; seeds differ.
    """
    found = []
    everywhere = list(configs)
    for measure, disguise in DISGUISES.items():
        values = {
            label: [v.value for c in everywhere for v in table.fits(c, (label, n_real), measure).values()]
            for label in classes
        }
        known = {label: [value for value in each if value is not None] for label, each in values.items()}
        hidden = tuple(classes[label] for label, each in known.items() if each and np.mean(each) < LEAST)
        if hidden:
            found.append(Undecided(disguise, hidden))
    return found
