"""Keys: hashes of everything that determines a result.

One function per key. The parts are plain values, so that equal parts give the same key on every machine and on every
version of Python; `tests/test_keys.py` holds one golden value per key.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from benchmark.device import CPU
from benchmark.images.roles import VERSION

SCORING = ("benchmark.jobs.score", "benchmark.images.real")  # with all that they import: what every score depends on
MAPPING = ("benchmark.jobs.joint_map", "benchmark.images.real")  # the same for joint maps


@dataclass(frozen=True)
class Recipe:
    """What determines synthetic images: the real images, and the generator.

    seed: of the fit. code: of the generator. seen: which real images a generator was trained on that was fitted
    elsewhere.
    """

    dataset: str
    fingerprint: str
    n_real: int
    held_out: int
    neutral: int
    seed: int
    generator: str
    parameters: Mapping[str, Any]
    code: str
    device: str = CPU
    seen: str = ""


def cell_key(recipe: Recipe, label: int, fit_labels: Sequence[int] | None = None) -> str:
    """Return the key of the images of one class; fit_labels: the classes of the fit that its cell shares, if any."""
    return _digest("cell", protocol=VERSION, label=label, fit_labels=fit_labels, **asdict(recipe))


def fit_key(recipe: Recipe, labels: Sequence[int]) -> str:
    """Return the key of a fit on several classes, whose cells have keys of their own."""
    return _digest("fit", protocol=VERSION, labels=labels, **asdict(recipe))


def group_key(cells: Iterable[str]) -> str:
    """Return the key of a group; `cells`: the keys of its cells, in order."""
    return _digest("group", cells=list(cells))


def features_key(features: str, code: str, core: str, fingerprint: str, neutral: int, seen: str = "") -> str:
    """Return the key of a feature space (`features`: its configuration) fitted on the neutral images of a dataset."""
    parts = {"features": features, "code": code, "core": core, "fingerprint": fingerprint}
    return _digest("features", protocol=VERSION, neutral=neutral, seen=seen, **parts)


def metric_key(metric: str, parameters: Mapping[str, Any], code: str, core: str, features: str) -> str:
    """Return the key under which a metric's scores are kept next to a cell's samples; `features`: a key."""
    return _digest("metric", metric=metric, parameters=parameters, code=code, core=core, features=features)


def map_key(
    images: Sequence[Sequence[Any]], n_real: int, seed: int, features: str, methods: Sequence[str], core: str
) -> str:
    """Return the key of a joint map; `images`: source, label, number and cell key of each stratum."""
    parts = {"images": images, "n_real": n_real, "seed": seed, "methods": methods}
    return _digest("map", features=features, core=core, **parts)


def _digest(what: str, **parts: Any) -> str:
    """Return 24 hexadecimal digits."""
    text = json.dumps([what, parts], sort_keys=True, separators=(",", ":"), default=list)
    return hashlib.sha256(text.encode()).hexdigest()[:24]
