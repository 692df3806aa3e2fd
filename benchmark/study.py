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
    """Something that a claim needs is missing. The reason is reported with the verdict CANNOT TELL."""


class Estimate(NamedTuple):
    """A mean with its 95% interval; `lo` and `hi` are None if there is no interval."""

    value: float
    lo: float | None = None
    hi: float | None = None

    def __str__(self) -> str:
        """Return text such as '0.66 [0.61, 0.71]'."""
        return f"{self.value:.2f}" + (f" [{self.lo:.2f}, {self.hi:.2f}]" if self.lo is not None else "")


class Paired(NamedTuple):
    """An exact paired comparison of `a` and `b`: the mean difference a - b, and what can be concluded from it."""

    difference: Estimate
    p: float  # adjusted by Holm's method over all pairs of the aspect
    pairs: int
    word: str  # '>', '<', 'no clear difference' or 'too few pairs to tell'


class Verdict(NamedTuple):
    """The outcome of a claim: the word, and what was measured, in one line."""

    word: Word
    measured: str


class Findings(Protocol):
    """The results of a study's runs. If something that is requested is missing, CannotTell is raised with the reason.

    run: the name of one of the study's runs. config: a configuration in it, or a control.
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
        """Return an aspect (the minimum of its calibrated parts) over all classes."""

    def fits(self, run: str, config: str, measure: str) -> Mapping[tuple[int, int], float]:
        """Return a measure's raw values by (label, seed)."""

    def compare(self, run: str, aspect: str, a: str, b: str) -> Paired:
        """Return the exact paired comparison of two configurations in one aspect."""

    def per_image(self, run: str, config: str, label: int, seed: int) -> Mapping[str, Array]:
        """Return the columns of `images.csv` for one cell, each (n,)."""

    def samples(self, run: str, config: str, label: int, seed: int) -> Images:
        """Return the synthetic images of one cell, float32 (n, h, w, c)."""

    def real(self, run: str, role: str, label: int, seed: int) -> Images:
        """Return the real images of one role ("train", "held_out", "fresh"), float32 (n, h, w, c)."""

    def split(self, run: str, which: Literal["train", "test"]) -> tuple[Images, Array]:
        """Return all images of a split of the dataset, and their labels int64 (n,)."""

    def history(self, run: str, config: str, label: int, seed: int) -> Mapping[str, Any]:
        """Return what a generator logged: {"unit", "curves": {name: [[step, value]]}, "snapshots": {step: images}}."""

    def embed(self, images: Images, dimensions: tuple[int, ...]) -> Mapping[int, Array]:
        """Return a t-SNE of the images' 50 principal components per dimension d, float32 (n, d) each; kept on disk."""

    def plugin(self, kind: str, name: str) -> Any:
        """Return a new instance of a plugin, such as ("features", "cnn"), with default parameters."""


@dataclass(frozen=True)
class Claim:
    """One sentence from a study. `confirms` states, before anything is run, what would confirm it."""

    text: str
    where: str  # the figure, table or section that it is from
    published: str  # the published value
    confirms: str
    judge: Callable[[Findings], Verdict]


@dataclass(frozen=True)
class StudyFigure:
    """A figure of the study, redrawn: `draw` returns a matplotlib Figure."""

    name: str  # used for its files
    title: str
    caption: str
    draw: Callable[[Findings], Any]


@dataclass(frozen=True)
class Study:
    """One or more runs, together with the claims that they are meant to check.

    runs: options of `bench run` by the run's name (see `benchmark.run`). reduced: the options that `--quick` replaces.
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
    """Return text such as 'p = 0.031', or 'p < 0.001' below that: no p-value is 0."""
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"


def confirmed(holds: bool, measured: str) -> Verdict:
    """Return PASS if the claim holds, else FAIL."""
    return Verdict("PASS" if holds else "FAIL", measured)
