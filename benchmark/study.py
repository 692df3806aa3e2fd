"""Studies as data: what a published study ran, what it claims, and what would confirm each claim."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[Any]
    Images = NDArray[np.float32]
else:
    Array = Images = Any

Word = Literal["PASS", "FAIL", "CANNOT TELL"]


class CannotTell(Exception):
    """What a claim asks for is not there: the reason becomes the verdict CANNOT TELL."""


class Estimate(NamedTuple):
    """A mean with its 95% interval; `lo` and `hi` are None where there is none."""

    value: float
    lo: float | None = None
    hi: float | None = None

    def __str__(self) -> str:
        """Return '.66 [.61, .71]' with the zeros before the points."""
        return f"{self.value:.2f}" + (f" [{self.lo:.2f}, {self.hi:.2f}]" if self.lo is not None else "")


class Paired(NamedTuple):
    """An exact paired comparison of `a` and `b`: the mean difference a - b, and what may be said of it."""

    difference: Estimate
    p: float  # adjusted by Holm over all pairs of the aspect
    pairs: int
    word: str  # '>', '<', 'no clear difference' or 'too few pairs to tell'


class Verdict(NamedTuple):
    """What became of a claim: the word, and what was measured, in one line."""

    word: Word
    measured: str


class Findings(Protocol):
    """What the runs of a study found. Whatever is asked for and not there raises CannotTell with the reason.

    run: the name of one of the study's runs; config: a configuration in it, or a control.
    """

    reduced: bool  # --quick
    full: bool  # --full

    def labels(self, run: str) -> tuple[int, ...]:
        """Return the labels of a run's classes."""

    def seeds(self, run: str) -> tuple[int, ...]:
        """Return a run's seeds."""

    def mean(self, run: str, config: str, measure: str) -> Estimate:
        """Return a measure's raw mean over classes and seeds."""

    def calibrated(self, run: str, config: str, measure: str) -> Estimate:
        """Return a measure's calibrated mean over classes: 0 is its failing control, 1 is fresh real images."""

    def aspect(self, run: str, config: str, aspect: str) -> Estimate:
        """Return an aspect (the minimum of its parts, calibrated), over all classes."""

    def fits(self, run: str, config: str, measure: str) -> Mapping[tuple[int, int], float]:
        """Return a measure's raw values by (label, seed)."""

    def compare(self, run: str, aspect: str, a: str, b: str) -> Paired:
        """Return the exact paired comparison of two configurations in one aspect."""

    def per_image(self, run: str, config: str, label: int, seed: int) -> Mapping[str, Array]:
        """Return the columns of `images.csv` of one cell, each (n,)."""

    def samples(self, run: str, config: str, label: int, seed: int) -> Images:
        """Return the synthetic images of one cell, float32 (n, h, w, c)."""

    def real(self, run: str, role: str, label: int, seed: int) -> Images:
        """Return the real images of one role ("train", "held_out", "fresh"), float32 (n, h, w, c)."""

    def split(self, run: str, which: Literal["train", "test"]) -> tuple[Images, Array]:
        """Return all images of a split of the dataset, and their labels int64 (n,)."""

    def history(self, run: str, config: str, label: int, seed: int) -> Mapping[str, Any]:
        """Return what a generator logged: {"unit", "curves": {name: [[step, value]]}, "snapshots": {step: images}}."""

    def embed(self, images: Images, dimensions: tuple[int, ...]) -> Mapping[int, Array]:
        """Return one t-SNE of the images' 50 principal components a dimension, float32 (n, d) each; kept on disk."""

    def plugin(self, kind: str, name: str) -> Any:
        """Return a new instance of a plugin with its defaults, as ("features", "cnn")."""


@dataclass(frozen=True)
class Claim:
    """One sentence of a study. `confirms` says, before anything is run, what would confirm it."""

    text: str
    where: str  # the figure, table or section that it comes from
    published: str  # what stands there
    confirms: str
    judge: Callable[[Findings], Verdict]


@dataclass(frozen=True)
class StudyFigure:
    """A figure of the study, drawn again: `draw` returns a matplotlib Figure."""

    name: str  # of its files
    title: str
    caption: str
    draw: Callable[[Findings], Any]


@dataclass(frozen=True)
class Study:
    """A run, or several, written down with the claims that they are to check.

    runs: options of `bench run` by the run's name (see `benchmark.run`). reduced: what `--quick` puts in their place.
    """

    name: str
    title: str
    source: str
    about: str
    runs: Mapping[str, Mapping[str, Any]]
    claims: tuple[Claim, ...]
    figures: tuple[StudyFigure, ...] = ()
    reduced: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def p_text(p: float) -> str:
    """Return 'p = 0.031', or 'p < 0.001': no p is 0."""
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"


def confirmed(holds: bool, measured: str) -> Verdict:
    """Return PASS where it holds, else FAIL."""
    return Verdict("PASS" if holds else "FAIL", measured)
