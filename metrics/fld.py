"""Feature likelihood divergence: how well do Gaussians around the synthetic images explain images not trained on?"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from benchmark.api import Array, Context, Evidence, Measure, Metric, Score, hookimpl
from metrics._blocks import over_rows, spread
from metrics._scores import DRAWS, NOT_GIVEN, not_judged

STEPS, RATE = 50, 0.5  # of Adam
SETTLED = 5e-4  # the loss of the last 5 steps: stop when they differ by less
NEAR_ZERO = 1e-3  # added to squared distances, so that copies have a variance to start from
MEMORISED = 1000  # beyond this, their implementation says, the images are likely memorised
FITTED = 2000  # most images of S and of T to which Gaussians are fitted, evenly spread over each
TO_MEAN = 0.81  # squared distances to the mean of the training images are shortened by this factor


class Fld(Metric):
    """Feature likelihood divergence (FLD) of synthetic S given training images T and held-out H, and its gap.

    Formula: the features, standardised on H, get a density of one isotropic Gaussian around each s, weighted equally.
    The variances maximise the likelihood of T (50 steps of Adam; while they are fitted, one more Gaussian around the
    mean of T gives every image some likelihood). `fld` is 100 times the mean negative log-likelihood of H per feature,
    minus that of a density around one half of T whose variances were fitted to the other half. A Gaussian around a copy
    shrinks to a point and explains no held-out image, so `fld` sees a lack of realism, of variety and of novelty alike.
    `fld_gap` is 100 times the negative log-likelihood of T minus that of H under the density around S: below 0, S
    explains the images that the generator was trained on better than new ones.
    Draws resample H (and T, for the gap), with the density kept.

    Compared with all of T, up to 2,000 images. Shapes: features (n, d). Space: the one set by `--features`; constant
    features are left out. Range: cut to -1000 and 1000, where copies lie. `fld`: lower is better, 0 if S is as good as
    half of T; `fld_gap`: higher is better up to 0, where fresh real images lie (-7 to 1 at n = 500).
    Source: Jiralerspong et al.: Feature likelihood divergence, 2023, sections 3 and 4.2 (constants of their
    implementation).
    Failing control: wrong-class (in PCA space, noise is too close at n = 100); copy for the gap, which falls linearly
    with the share of exact copies (-11 at 1%, -92 at 10%, -455 at half). `fld` is blind to a few copies (0 at 10%):
    their Gaussians shrink, and nobody misses them. Cost: .4 to .7 s at n = 500 and 1,000 training images.
    Smallest n: 100.
    """

    name = "fld"
    default = False
    source = "Jiralerspong et al. 2023, sections 3 and 4.2"
    measures = (
        Measure(
            "fld",
            "lower",
            "loss of log-likelihood of held-out images under Gaussians around the synthetic ones, against real ones",
            aspect="realistic",
            failing="wrong-class",
            bounds=(-MEMORISED, MEMORISED),
            space="features",
            smallest_n=100,
        ),
        Measure(
            "fld_gap",
            "higher",
            "log-likelihood of held-out images minus that of training images (0: they generalise; below: memorised)",
            aspect="original",
            failing="copy",
            bounds=(-MEMORISED, MEMORISED),
            space="features",
            smallest_n=100,
        ),
    )

    def score(self, evidence: Evidence, ctx: Context) -> Mapping[str, Score]:
        """Fit a density around S and one around half of T, and evaluate both."""
        if evidence.itself("held_out") is not None:
            return not_judged(self.measures, NOT_GIVEN)
        if min(evidence.count("train"), evidence.count("held_out")) < 4:
            return not_judged(self.measures, "needs at least 4 each of training and held-out images")
        train, held_out, made = standardised(*(evidence.features(r) for r in ("train", "held_out", "synthetic")))
        train, made = train[spread(len(train), FITTED)], made[spread(len(made), FITTED)]
        if not train.shape[1]:
            return not_judged(self.measures, "the held-out images are all equal")
        mixed = ctx.rng.permutation(train[np.lexsort(train.T)])  # whatever the order of the images
        half = min(len(made), len(train) // 2)
        base = losses(held_out, mixed[:half], log_variances(mixed[:half], mixed[half:]))
        fitted = log_variances(made, train)
        new, seen = (losses(rows, made, fitted) for rows in (held_out, train))
        return {
            "fld": Score.of_means(_cut, new - base, rng=ctx.rng, draws=DRAWS),
            "fld_gap": Score.of_means(lambda t, h: _cut(t - h), seen, new, rng=ctx.rng, draws=DRAWS),
        }


def standardised(train: Array, held_out: Array, made: Array) -> tuple[Array, ...]:
    """Return the rows, float64 (n, d), standardised by the mean and sd of `held_out`, without its constant columns."""
    spread = held_out.std(axis=0, ddof=1, dtype=np.float64)
    kept = spread > 0
    centre = held_out[:, kept].mean(axis=0, dtype=np.float64)
    return tuple((rows[:, kept] - centre) / spread[kept] for rows in (train, held_out, made))


def log_variances(centres: Array, rows: Array) -> Array:
    """Return the logarithms of the variances, float64 (n,), of Gaussians around `centres` (n, d), fitted to `rows`."""
    squared, d = _squared(rows, centres), rows.shape[1]
    to_mean = TO_MEAN * _squared(rows, rows.mean(axis=0)[None])
    distances = np.concatenate([squared, to_mean], axis=1)
    weights = np.append(np.full(len(centres), -np.log(len(centres))), 0)
    found = np.append(np.log((squared.min(axis=0) + NEAR_ZERO) / d), 0)
    first, second, history = np.zeros_like(found), np.zeros_like(found), []
    for step in range(1, STEPS + 1):
        terms = _log_densities(distances, found, d) + weights
        top = terms.max(axis=1, keepdims=True)
        shares = np.exp(terms - top)
        total = shares.sum(axis=1, keepdims=True)
        shares /= total
        slope = (shares * (d - distances / np.exp(found)) / 2).mean(axis=0) / d
        first, second = 0.9 * first + 0.1 * slope, 0.999 * second + 0.001 * slope**2
        found -= RATE * first / (1 - 0.9**step) / (np.sqrt(second / (1 - 0.999**step)) + 1e-8)
        found[:-1] = found[:-1].clip(-40, 40)
        history.append(-(top + np.log(total)).mean() / d)
        if step > 6 and np.abs(history[-1] - np.array(history[-5:-1])).max() < SETTLED:
            break
    return np.asarray(found[:-1])


def losses(rows: Array, centres: Array, logs: Array) -> Array:
    """Return 100 times the negative log-likelihood per feature of each row (m, d), float64 (m,)."""
    d = rows.shape[1]
    sums = over_rows(rows, centres, lambda squared: np.logaddexp.reduce(_log_densities(squared, logs, d), axis=1))
    return np.asarray(-100 * (sums - np.log(len(centres))) / d)


def _cut(values: Array) -> Array:
    return np.asarray(np.clip(values, -MEMORISED, MEMORISED))


def _log_densities(squared: Array, logs: Array, d: int) -> Array:
    return np.asarray(-0.5 * (squared / np.exp(logs) + d * (logs + np.log(2 * np.pi))))


def _squared(rows: Array, centres: Array) -> Array:
    from scipy.spatial.distance import cdist

    return np.asarray(cdist(rows, centres, "sqeuclidean"))


@hookimpl
def bench_metrics() -> list[type[Metric]]:
    """Register feature likelihood divergence."""
    return [Fld]
