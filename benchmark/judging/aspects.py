"""The four aspects and their parts: the single definition of what makes up a verdict."""

from __future__ import annotations

from dataclasses import dataclass

SCARCE = 200  # up to this many training images, real data count as scarce
LEAKED = 0.02  # above this share of images that are nearly test or held-out images, `useful` means nothing
MEANINGLESS = 0.2  # below this score for `realistic`, a good `original` means nothing


@dataclass(frozen=True)
class Aspect:
    """One question, answered by the minimum of its parts (calibrated measures)."""

    name: str
    label: str
    question: str
    parts: tuple[str, ...]
    scarce_parts: tuple[str, ...] | None = None  # used instead if n_real <= SCARCE

    def parts_at(self, n_real: int) -> tuple[str, ...]:
        """Return the measures that count for this number of training images."""
        return self.scarce_parts if self.scarce_parts is not None and n_real <= SCARCE else self.parts


ASPECTS = (
    Aspect(
        "realistic",
        "Realistic",
        "Do they look like the class?",
        ("clipped_density", "texture_density", "tone_plausibility", "stroke_plausibility", "class_accuracy"),
    ),
    Aspect("varied", "Varied", "Do they cover the class?", ("recall", "coverage", "diversity")),
    Aspect(  # copied_share is never below copy_share, which decides if `disguised` did not run or cannot judge
        "original", "Original", "Are they new, or copies?", ("copied_share", "copy_share", "duplicate_share")
    ),
    Aspect("useful", "Useful", "Do they help a classifier?", ("tstr", "few_shot_tstr"), ("utility_gain",)),
)
