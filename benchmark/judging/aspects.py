"""The four aspects and their parts: the one place that says what a verdict is made of."""

from __future__ import annotations

from dataclasses import dataclass

SCARCE = 200  # training images up to which real data are scarce
MEANINGLESS = 0.2  # below this `realistic`, `original` says nothing good


@dataclass(frozen=True)
class Aspect:
    """One question, answered by the minimum of its parts (measures, calibrated)."""

    name: str
    label: str
    question: str
    parts: tuple[str, ...]
    scarce_parts: tuple[str, ...] | None = None  # instead, where n_real <= SCARCE

    def parts_at(self, n_real: int) -> tuple[str, ...]:
        """Return the measures that count with so many training images."""
        return self.scarce_parts if self.scarce_parts is not None and n_real <= SCARCE else self.parts


ASPECTS = (
    Aspect(
        "realistic", "Realistic", "Do they look like the class?", ("mixing", "stroke_plausibility", "class_accuracy")
    ),
    Aspect("varied", "Varied", "Do they cover the class?", ("recall", "coverage", "diversity")),
    Aspect("original", "Original", "Are they new, or copies?", ("copy_share", "duplicate_share")),
    Aspect("useful", "Useful", "Do they help a classifier?", ("tstr",), ("utility_gain",)),
)
