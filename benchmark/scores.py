"""What a metric says of one measure: a value, and how it might have come out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[Any]


@dataclass(frozen=True)
class Score:
    """The value of one measure on one cell.

    value: finite, or None where the metric cannot judge; then `reason` says why.
    draws: float (b,), the value under resampling of images (the neighbour graph kept), for intervals; or None.
    """

    value: float | None
    draws: Array | None = None
    reason: str = ""
    note: str = ""

    @classmethod
    def of_means(
        cls, statistic: Callable[..., Array], *contributions: Array, rng: np.random.Generator, draws: int = 300
    ) -> Score:
        """Return `statistic` of the means of per-image contributions, with bootstrap draws.

        Each contribution is float (n_i,) or (n_i, m), resampled on its own over its first axis; `statistic`
        gets arrays with one leading axis more than a mean has, and keeps it.
        """
        import numpy as np

        arrays = [np.asarray(c, dtype=np.float64) for c in contributions]
        value = statistic(*[a.mean(axis=0)[None] for a in arrays])
        resampled = [rng.multinomial(len(a), np.full(len(a), 1 / len(a)), size=draws) @ a / len(a) for a in arrays]
        return cls(float(value[0]), np.asarray(statistic(*resampled), dtype=np.float64))
