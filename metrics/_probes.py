"""Probes: training images in disguises that cannot always be seen through, to find out where they can."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from benchmark.api import Array, Evidence, Images, Neighbours
from metrics._copies import NEXT
from metrics._detectors import SMALLEST, Found, Pool, combined, detect, prepared

PROBES = 30  # training images in each disguise
TURN, BEND, SMOOTH = 10.0, 1.0, 4.0  # degrees; pixels, and over how many of these a displacement changes


def recognised(evidence: Evidence, pool: Pool, real: Found) -> dict[str, float]:
    """Return the share of training images in each disguise of which the best match in the pool is the image itself.

    Empty if the images are too small to be registered. real: the matches of held-out images. Always the same images are
    tried, in the same changes, in whichever order they come.
    """
    if min(pool.images.shape[1:3]) < SMALLEST:
        return {}
    rng = np.random.default_rng(0)
    trained = sorted(np.flatnonzero(pool.trained).tolist(), key=lambda i: pool.images[i].tobytes())
    chosen = [rng.permutation(trained)[:PROBES] for _ in DISGUISES]
    changes = zip(DISGUISES.values(), chosen, strict=True)
    images = np.concatenate([change(evidence.some("train", of), rng) for change, of in changes]).astype(np.float32)
    found = detect(prepared(images), _nearest(evidence, images), pool, np.full(len(images), -1))
    right = combined(found, real)[0].source == np.concatenate(chosen)
    sizes = np.cumsum([len(of) for of in chosen])[:-1]
    return {name: float(each.mean()) for name, each in zip(DISGUISES, np.split(right, sizes), strict=True)}


def turned(images: Images, _: np.random.Generator) -> Images:
    """Turn all images by TURN degrees."""
    from scipy import ndimage

    return np.asarray(ndimage.rotate(images, TURN, axes=(1, 2), reshape=False, order=1))


def warped(images: Images, rng: np.random.Generator) -> Images:
    """Displace pixels by smooth random fields of sd BEND (Simard et al. 2003)."""
    from scipy import ndimage

    n, height, width, _ = images.shape
    fields = ndimage.gaussian_filter(rng.standard_normal((n, 2, height, width)), (0, 0, SMOOTH, SMOOTH), mode="wrap")
    at = np.indices((height, width)) + BEND * fields / fields.std()
    made = np.empty_like(images)
    for i, channel in np.ndindex(n, images.shape[3]):
        made[i, ..., channel] = ndimage.map_coordinates(images[i, ..., channel], at[i], order=1)
    return made


def thinned(images: Images, _: np.random.Generator) -> Images:
    """Take the minimum over 2 x 2 pixels."""
    from scipy import ndimage

    return np.asarray(ndimage.minimum_filter(images, (1, 2, 2, 1)))


DISGUISES: Mapping[str, Callable[[Images, np.random.Generator], Images]] = {
    "turned": turned,
    "warped": warped,
    "thinned": thinned,
}


def _nearest(evidence: Evidence, of: Images) -> Neighbours:
    """Return the nearest images in the pool, by pixels: training images, then held-out ones that are not among them."""
    from scipy.spatial.distance import cdist

    among = [evidence.features("train", "pixels")]
    if evidence.itself("held_out") is None:
        among.append(evidence.features("held_out", "pixels"))
    distances: Array = cdist(evidence.features(of, "pixels"), np.concatenate(among))
    nearest = np.argsort(distances, axis=1, kind="stable")[:, : NEXT + 1]
    return Neighbours(np.take_along_axis(distances, nearest, axis=1), nearest)
