"""What a metric declares and what it returns: a measure, and its score for one cell."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[Any]

Space = Literal["pixels", "features"]
NEAR_REAL = 0.8  # calibrated: an aspect whose lower end is at least this is near real


@dataclass(frozen=True)
class Measure:
    """One named number that a metric yields for a cell.

    better: which values are better; "half": those closer to 0.5; "none": a diagnostic.
    failing: the control that must fail; its value is 0 on the calibrated scale (`real` is 1).
    zero: a fixed value for 0, in place of that control.
    space: where distances are measured; "features" is the space set by `--features`, "" means no distances.
    smallest_n: with fewer synthetic images than this, the measure is not judged.
    controls: the controls for which it is scored; None: all that the metric scores.
    near: controls that must look worse than `real` too if the images are pictures; else the space is blind to them.
    """

    name: str
    better: Literal["higher", "lower", "half", "none"]
    help: str
    aspect: Literal["realistic", "varied", "original", "useful"] | None = None
    failing: str | None = None
    zero: float | None = None
    unit: str = ""
    bounds: tuple[float | None, float | None] = (0.0, 1.0)
    space: Space | Literal[""] = ""
    reference: bool = False  # True: it depends on the reference classifier
    smallest_n: int = 15
    controls: tuple[str, ...] | None = None
    near: tuple[str, ...] = ()

    @property
    def anchored(self) -> bool:
        """Whether there is a calibrated scale, from a failing control or a fixed zero."""
        return self.failing is not None or self.zero is not None


@dataclass(frozen=True)
class Score:
    """The value of one measure for one cell.

    value: finite, or None if the metric cannot judge; then `reason` says why.
    draws: float (b,), the value under resampling of images (with the neighbour graph kept), for intervals; or None.
    """

    value: float | None
    draws: Array | None = None
    reason: str = ""
    note: str = ""

    @property
    def sd(self) -> float | None:
        """The standard deviation of the draws, or None without any."""
        return None if self.draws is None else float(self.draws.std())

    @classmethod
    def of_means(
        cls, statistic: Callable[..., Array], *contributions: Array, rng: np.random.Generator, draws: int = 300
    ) -> Score:
        """Return `statistic` of the means of per-image contributions, with bootstrap draws.

        Each contribution is float (n_i,) or (n_i, m) and is resampled independently over its first axis; `statistic`
        receives arrays with one leading axis more than a mean has, and keeps that axis.
        """
        import numpy as np

        arrays = [np.asarray(c, dtype=np.float64) for c in contributions]
        value = statistic(*[a.mean(axis=0)[None] for a in arrays])
        resampled = [a[rng.integers(len(a), size=(draws, len(a)), dtype=np.int32)].mean(axis=1) for a in arrays]
        return cls(float(value[0]), np.asarray(statistic(*resampled), dtype=np.float64))
