"""Disguised copies: are synthetic images training images, moved, warped, recoloured or otherwise made to look new?"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from benchmark.api import Array, Context, Evidence, Measure, Metric, Neighbours, Score, hookimpl
from metrics import _excess
from metrics._copies import NEXT, near_copies, near_twins
from metrics._detectors import SMALLEST, Found, Pool, combined, detect, prepared
from metrics._probes import DISGUISES, recognised
from metrics._scores import not_judged

NONE = -1  # in place of an index
KEPT = 2  # classes and seeds of which what concerns real images alone is kept in a process,
MOST = 8000  # unless they have more real images than this
FLAGGED = 0.01  # share of held-out images that match as closely as an image that is called a copy


@dataclass(frozen=True)
class Real:
    """What all synthetic sets of a class and seed share: the pool, the held-out matches, and the share of probes found.

    recognised: by disguise (see `metrics._probes`).
    """

    pool: Pool
    held_out: Found
    recognised: Mapping[str, float]


_KEPT: dict[bytes, Real] = {}


class Disguised(Metric):
    """Share of synthetic images S that are copies of training images T, in any disguise that is found.

    Each image is matched with T and the held-out images H together, by three detectors: the distance of pixels, and
    what remains of the image after registering it to its 12 likeliest sources, with displacements that are stiff
    (shifts, turns, scales, crops, the width of strokes) or supple (elastic); contrast and brightness are free in both.
    Each gives log d1 / mean(d2, ..., d6), so that dense regions of the data raise no alarm.

    `copied_share`: the excess of matches in T among the images below a threshold, over what chance gives: over the
    matches of S in H, because an image that is no copy is as likely to match any real image (target-decoy
    competition), and over the matches of held-out images, whichever is larger. The threshold is the one whose excess is
    largest less 3 standard deviations; without an excess at p < .01, the share is that of near copies alone (see
    `copy_share`), which it never falls below.
    `copied_p`: the p-value of S holding no copies at all, Bonferroni over detectors, thresholds and tests.
    `turned_recognised`, `warped_recognised`, `thinned_recognised`: of 30 images of T, turned by 10 degrees, warped by a
    pixel, or with thinner strokes, the share of which the best match is the image itself. It tells beforehand whether
    such copies can be found in these data, whatever S is: below .5, a set of nothing but such copies looks mostly new,
    and the page says that they cannot be distinguished from new images in this class.

    A share for the set finds copies that no single image gives away: elastic copies by 1 px in MNIST score about .7,
    while .4 of the images are called copies. Copies of T that are also augmented are copies: affine images score 1.
    Not judged if more than 2 % of H have a near-twin in T: then copies cannot be told apart from new images.
    Always compared with all of T. Shapes: images (n, h, w, c) of all three; colours are averaged, and images of 48 or
    more pixels reduced, before they are registered. Range [0, 1], lower is better.
    Source: own combination of Carlini et al.: Extracting training data from diffusion models, 2023, section 4.2
    (relative distances); Elias and Gygi: Target-decoy search strategy, 2007 (competition); Storey: A direct approach to
    false discovery rates, 2002 (excess); Lucas and Kanade 1981 (registration).
    Failing control: copy. Blind to heavy dilation, to elastic changes of 2 px, and to what averages three images.
    Per image: `copied` (a near copy, or closer to T than all but 1 % of H), `match` (index in T, or -1 if the best
    match is in H), `match_distance` (0: as for the median of H; -1: as for its 10 % quantile; lower is closer), `moved`
    and `bent` (size of the displacement and of its part that is not affine, in pixels).
    Cost: 2.5 s at n = 500 and 300 training images, 1 s if the held-out images were matched before. Smallest n: 15.
    """

    name = "disguised"
    controls = ("real", "copy")
    source = "Carlini et al. 2023, section 4.2; Elias and Gygi 2007; Storey 2002; Lucas and Kanade 1981"
    measures = (
        Measure(
            "copied_share",
            "lower",
            "share of synthetic images that are copies of training images, in any disguise that was found",
            aspect="original",
            failing="copy",
            space="pixels",
        ),
        Measure("copied_p", "none", "p-value of the synthetic images holding no copies at all", aspect="original"),
        *(
            Measure(
                f"{name}_recognised",
                "none",
                f"share of {name} training images of which the best match is the image itself: whether such copies "
                "could be found",
                aspect="original",
            )
            for name in DISGUISES
        ),
    )

    def score(self, evidence: Evidence, ctx: Context) -> Mapping[str, Score]:
        """Match S and H with T and H, and compare their matches."""
        if min(evidence.count("train"), evidence.count("synthetic"), evidence.count("held_out")) < 2:
            return not_judged(self.measures, "needs at least 2 training, held-out and synthetic images")
        if reason := near_twins(evidence):
            return not_judged(self.measures, reason)
        known, made = search(evidence)
        real, prior = known.held_out, float(known.pool.trained.mean())
        best = _excess.best(made.matches, real.matches, prior)
        near = near_copies(evidence)
        closest, _ = combined(made, real)
        ctx.per_image("copied", called_copies(made, real, near))
        ctx.per_image("match", np.where(closest.trained, closest.source, NONE))
        ctx.per_image("match_distance", closest.distance)
        ctx.per_image("moved", made.moved)
        ctx.per_image("bent", made.bent)
        hits = best.hits(made.matches[best.detector])
        chance = best.hits(real.matches[best.detector]).sum(axis=1)
        share = max(float(near.mean(axis=0).max()), best.share)

        def larger(made: Array, chance: Array) -> Array:
            found = _excess.excess(made[..., 2], made[..., 3], chance, prior)
            return np.asarray(np.maximum(made[..., :2].max(axis=-1), found))

        draws = Score.of_means(larger, np.concatenate([near, hits], axis=1), chance, rng=ctx.rng).draws
        scores = {"copied_share": Score(share, draws), "copied_p": Score(best.p)}
        return scores | {f"{name}_recognised": _recognised(known.recognised.get(name)) for name in DISGUISES}


def _recognised(share: float | None) -> Score:
    return Score(share, reason="" if share is not None else f"needs images of at least {SMALLEST} x {SMALLEST} pixels")


def search(evidence: Evidence) -> tuple[Real, Found]:
    """Return what real images give, and the matches of synthetic ones."""
    real = _real(evidence)
    itself = evidence.itself("synthetic")
    itself = np.full(evidence.count("synthetic"), NONE) if itself is None else itself
    return real, detect(evidence.over("synthetic", prepared), _nearest(evidence, "synthetic"), real.pool, itself)


def _real(evidence: Evidence) -> Real:
    """Match the held-out images and the probes, once for all sets of a class and seed.

    If the held-out images are part of the training images, all others count as trained on.
    """
    own = evidence.itself("held_out")
    real, images = evidence.over("held_out", prepared), evidence.over("train", prepared)
    trained = np.ones(len(images), dtype=bool)
    if own is None:
        own = len(images) + np.arange(len(real))
        images, trained = np.concatenate([images, real]), np.append(trained, np.zeros(len(own), dtype=bool))
    trained[own] = False
    key = hashlib.sha256()
    for array in (images, trained, real, own):
        key.update(np.ascontiguousarray(array).data)
    if key.digest() not in _KEPT:
        pool = Pool(images, trained)
        while len(_KEPT) >= KEPT or (_KEPT and _size(pool) > MOST):
            del _KEPT[next(iter(_KEPT))]
        held_out = detect(real, _nearest(evidence, "held_out"), pool, own)
        _KEPT[key.digest()] = Real(pool, held_out, recognised(evidence, pool, held_out))
    return _KEPT[key.digest()]


def _size(*more: Pool) -> int:
    return sum(len(pool.images) for pool in (*more, *(kept.pool for kept in _KEPT.values())))


def _nearest(evidence: Evidence, of: Literal["synthetic", "held_out"]) -> Neighbours:
    """Return the nearest images in the pool, by pixels."""
    k, m = NEXT + 1, evidence.count("train")
    in_train = evidence.neighbours(of, "train", min(k, m - 1), "pixels")
    if evidence.itself("held_out") is not None:
        return in_train
    others = evidence.neighbours(of, "held_out", min(k, evidence.count("held_out") - 1), "pixels")
    distances = np.concatenate([in_train.distances, others.distances], axis=1)
    indices = np.concatenate([in_train.indices, m + others.indices], axis=1)
    order = np.argsort(distances, axis=1, kind="stable")[:, :k]
    return Neighbours(np.take_along_axis(distances, order, axis=1), np.take_along_axis(indices, order, axis=1))


def called_copies(made: Found, real: Found, near: Array) -> Array:
    """Return bool (n,): which images are near copies, or match T more closely than all but FLAGGED of H."""
    closest, usual = combined(made, real)
    limit = np.sort(usual)[max(1, round(FLAGGED * len(usual))) - 1]
    return np.asarray(near.any(axis=1) | ((closest.distance < limit) & closest.trained))


@hookimpl
def bench_metrics() -> list[type[Metric]]:
    """Register the measure of disguised copies."""
    return [Disguised]
