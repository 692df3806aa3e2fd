"""Proven faults: shares of images with something wrong, counted beyond what fresh real images have by chance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from benchmark.judging.calibration import REAL
from benchmark.measures import NEAR_REAL

if TYPE_CHECKING:
    from benchmark.judging.calibration import Part, Place, Table

ALPHA = 0.001  # strict: several faults are looked for in each generator
SERIOUS = 0.02  # with this share of faulty images or more, no generator is near real


@dataclass(frozen=True)
class Fault:
    """A measure that is a share of images, and what is wrong with these: said of one of them, and of many.

    right: the measure is the share of images without the fault. p: the measure that is the p-value of there being none,
    for a share that is estimated and not counted.
    """

    measure: str
    one: str
    many: str
    right: bool = False
    p: str = ""


COPIES = Fault(
    "copied_share",
    "is a training image (copied, moved, changed or blended)",
    "are training images (copied, moved, changed or blended)",
    p="copied_p",
)
MOSTLY = 0.8  # share of copies that are of some kinds, above which all are called by these
WAYS = (  # kinds of copies (see `benchmark.results.images_csv`), and the words for many of them
    (("exact copy", "near copy"), "is a copy of a training image", "are copies of training images"),
    (("recoloured",), "is a training image, recoloured", "are training images, recoloured"),
    (("moved", "warped"), "is a training image, moved or warped", "are training images, moved or warped"),
    (("blended of two", "blended of three"), "is a blend of training images", "are blends of training images"),
)
FAULTS = (
    COPIES,
    Fault("copy_share", "is a copy of a training image", "are copies of training images"),
    Fault("leak_share", "is nearly a test or held-out image", "are nearly test or held-out images"),
    Fault("duplicate_share", "repeats another one", "repeat other ones"),
    Fault("blank_share", "is blank", "are blank"),
    Fault("class_accuracy", "is taken for another class", "are taken for another class", right=True),
    Fault("ghost_strokes", "has stray strokes", "have stray strokes"),
    Fault("speckled", "has speckles", "have speckles"),
)


@dataclass(frozen=True)
class Proven:
    """A fault that more synthetic than fresh real images have, more than chance explains."""

    fault: Fault
    share: float  # of the synthetic images, beyond `chance`
    chance: float  # share of the fresh real images
    images: int  # number of synthetic images
    p: float

    @property
    def serious(self) -> bool:
        """Whether there are too many faulty images for a generator that is near real."""
        return self.share >= SERIOUS

    @property
    def text(self) -> str:
        """'1 in 10 images is a copy of a training image'."""
        if self.share >= 0.95:
            return f"{'all' if self.share == 1 else 'nearly all'} images {self.fault.many}"
        if self.share >= 0.15:
            return f"{round(10 * self.share)} in 10 images {self.fault.many}"
        return f"1 in {round(1 / self.share):,} images {self.fault.one}"


def proven(table: Table, config: str, places: Iterable[Place]) -> list[Proven]:
    """Return the proven faults of a generator over all classes and seeds, the most frequent first.

    The images of all cells are counted together, and compared with those of the control `real` by Fisher's exact test
    (one-sided, p < .001). Cells for which that control has no value do not count. A share that is estimated has
    p-values of its own: the smallest counts, times the number of cells (Bonferroni).
    """
    everywhere = list(places)
    found = [_found(table, config, everywhere, fault) for fault in FAULTS]
    proven = [each for each in found if each is not None and each.share > 0]
    if any(each.fault is COPIES for each in proven):  # near copies are among them
        proven = [each for each in proven if each.fault.measure != "copy_share"]
    return sorted(proven, key=lambda each: -each.share)


def in_words(found: Proven, kinds: Mapping[str, float]) -> Proven:
    """Return proven copies with the words for how they were made, if most are of one kind; other faults as they are.

    kinds: the shares of the generator's images by kind.
    """
    copies = sum(share for kind, share in kinds.items() if kind != "new")
    if found.fault is COPIES:
        for names, one, many in WAYS:
            if copies and sum(kinds.get(name, 0.0) for name in names) >= MOSTLY * copies:
                return replace(found, fault=replace(COPIES, one=one, many=many))
    return found


def near_real(aspects: Mapping[str, Part], faults: Iterable[Proven]) -> bool:
    """Return whether a generator is near real: every judged aspect, and no proven fault in too many images.

    An aspect is near real if the lower end of its interval is; one that failed is not.
    """
    if any(part.status not in ("ok", "not-judged") for part in aspects.values()):
        return False
    ends = [p.interval.lo if p.interval else p.score for p in aspects.values() if p.score is not None]
    return bool(ends) and all(end >= NEAR_REAL for end in ends) and not any(fault.serious for fault in faults)


def _found(table: Table, config: str, places: Iterable[Place], fault: Fault) -> Proven | None:
    """Return the fault if it is proven."""
    cells = [
        (place, seed, made.value, real.value)
        for place in places
        for seed, made in table.fits(config, place, fault.measure).items()
        for real in (table.fits(REAL, place, fault.measure).get(seed),)
        if made.value is not None and real is not None and real.value is not None
    ]
    if not cells:
        return None
    pairs = [(made, real) for _, _, made, real in cells]
    images = table.n_synthetic * len(cells)
    if fault.p:
        own = (table.fits(config, place, fault.p).get(seed) for place, seed, _, _ in cells)
        ps = [value.value for value in own if value is not None and value.value is not None]
        p = min(len(cells) * min(ps, default=1.0), 1.0)
        made, usual = (sum(column) / len(cells) for column in zip(*pairs, strict=True))
    else:
        p, made, usual = _counted(pairs, table.n_synthetic, right=fault.right)
    return Proven(fault, made - usual, usual, images, p) if p < ALPHA else None


def _counted(pairs: Sequence[tuple[float, float]], n: int, *, right: bool) -> tuple[float, float, float]:
    """Return the p-value of Fisher's exact test, and the shares of faulty images, synthetic and real."""
    from scipy.stats import hypergeom

    faulty, usual = (
        sum(round(n * (1 - value if right else value)) for value in column) for column in zip(*pairs, strict=True)
    )
    images = n * len(pairs)
    return float(hypergeom.sf(faulty - 1, 2 * images, faulty + usual, images)), faulty / images, usual / images
