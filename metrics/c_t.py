"""C_T: within cells of the feature space, are synthetic images nearer to training images than held-out images are?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from benchmark.api import Array, Context, Evidence, Labels, Measure, Metric, Score, hookimpl
from metrics._blocks import over_rows
from metrics._ranks import above
from metrics._scores import NOT_GIVEN, not_judged

FEWEST = 20  # a cell counts if it holds more synthetic images than this


@dataclass
class Ct(Metric):
    """C_T, the data-copying test of Meehan et al., over cells of the feature space.

    Formula: k-means on the training images T cuts the space into cells. In each cell, let U be the number of pairs of a
    synthetic image s and a held-out image h with d(s, T) > d(h, T), ties counting half, where d is the distance to the
    nearest training image of the cell. Z = (U - nm / 2 + 1 / 2) / sqrt(nm (n + m + 1) / 12), with n held-out and m
    synthetic images in the cell. C_T is the mean of Z over the cells with more than 20 synthetic images, weighted by n.
    Below -3: data copying. Above 3: the images are farther from T than new images are. Unlike `copy_rank`, it sees
    copies in one region while other regions underfit; and as a z-score it grows with the square root of the number of
    images, so runs of different sizes are not comparable.

    Always compared with all of T. Shapes: features (n, d). Space: the one set by `--features`. Range: any; 0 is
    expected for new images, higher is better up to there.
    Source: Meehan, Chaudhuri, Dasgupta: A non-parametric test to detect data-copying, 2020, section 3.2 (3 cells, as in
    the implementation of Jiralerspong et al. 2023).
    Failing control: copy. Blind to warped copies and to few copies (10%: -1.5 at n = 500).
    Cost: .06 s at n = 500 and 1,000 training images. Smallest n: 100.
    """

    cells: int = field(default=3, metadata={"min": 1, "max": 1000, "help": "number of k-means cells"})

    name = "c_t"
    default = False
    source = "Meehan et al. 2020, section 3.2"
    measures = (
        Measure(
            "c_t",
            "higher",
            "z-score of being farther from the training images than held-out images, over cells (new images: 0)",
            aspect="original",
            failing="copy",
            bounds=(None, None),
            space="features",
            smallest_n=100,
        ),
    )

    def score(self, evidence: Evidence, ctx: Context) -> Mapping[str, Score]:
        """Cut the space into cells and weigh the z-scores of the cells."""
        from sklearn.cluster import KMeans

        if evidence.itself("held_out") is not None:
            return not_judged(self.measures, NOT_GIVEN)
        train, real, made = (evidence.features(role) for role in ("train", "held_out", "synthetic"))
        if len(train) < self.cells:
            return not_judged(self.measures, f"needs at least {self.cells} training images, one per cell")
        ordered = train[np.lexsort(train.T)]  # the order of the images changes no cell
        means = KMeans(self.cells, n_init=10, random_state=int(ctx.rng.integers(2**31))).fit(ordered)
        cut = [(rows, means.predict(rows)) for rows in (made, real, train)]
        return {"c_t": over_cells(*cut, rng=ctx.rng)}


def over_cells(
    made: tuple[Array, Labels], real: tuple[Array, Labels], train: tuple[Array, Labels], *, rng: np.random.Generator
) -> Score:
    """Return C_T of three sets of rows, float (n, d), each with the cells of its rows, int (n,)."""
    found = []
    for cell in np.unique(train[1]):
        s, h, t = (rows[cells == cell] for rows, cells in (made, real, train))
        if len(s) > FEWEST and len(h):
            rank = above(_nearest(s, t), _nearest(h, t), rng)
            found.append((len(h), _z(rank.value, len(s), len(h)), _z(rank.draws, len(s), len(h))))
    if not found:
        return Score(None, reason=f"no cell has held-out images and more than {FEWEST} synthetic images")
    weights, values, draws = zip(*found, strict=True)
    return Score(float(np.average(values, weights=weights)), np.average(draws, axis=0, weights=weights))


def _nearest(of: Array, among: Array) -> Array:
    return np.sqrt(over_rows(of, among, lambda squared: squared.min(axis=1)))


def _z(rank: Any, n_made: int, n_real: int) -> Any:
    """Return the z-score of a Mann-Whitney statistic, given as a share of all pairs, with its continuity correction."""
    pairs = n_made * n_real
    return (pairs * (rank - 0.5) + 0.5) / np.sqrt(pairs * (n_made + n_real + 1) / 12)


@hookimpl
def bench_metrics() -> list[type[Metric]]:
    """Register C_T."""
    return [Ct]
