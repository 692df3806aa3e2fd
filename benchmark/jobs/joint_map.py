"""Embeds the images of a joint map."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from benchmark.evidence.embedding import embed
from benchmark.images.roles import Sizes
from benchmark.plugins.raised import describe
from benchmark.store import samples
from benchmark.store.weights import load_space

if TYPE_CHECKING:
    from benchmark.api import Array
    from benchmark.jobs import Say
    from benchmark.jobs.sources import DataSource
    from benchmark.plan.plan import MapMethod
    from benchmark.plugins.loadable import Loadable


DIMENSIONS = (2, 3)


@dataclass(frozen=True)
class Stratum:
    """The first `n` images of one source and class on a map. samples: their file, or None for held-out images."""

    source: str
    label: int
    n: int
    samples: Path | None = None


@dataclass(frozen=True)
class MapJob:
    """Embed the images of all strata together. The result of each method is written to `folder` as soon as it ends."""

    key: str
    folder: Path
    strata: tuple[Stratum, ...]
    seed: int
    sizes: Sizes
    data: DataSource
    space: Path
    features: Loadable
    methods: tuple[MapMethod, ...]
    start: Literal["pool"] = "pool"
    seconds: float = 600.0  # per method
    memory: float = 8.0
    environment: Mapping[str, str] = field(default_factory=dict)

    def run(self, say: Say) -> dict[str, Any]:
        """Return the status, the reason for each failed method, and the share of neighbours preserved by each map."""
        failed: dict[str, str] = {}
        preserved: dict[str, float] = {}
        features = None
        for method in self.methods:
            say("stage", method)
            try:
                features = self._features() if features is None else features
                found = embed(features, method, DIMENSIONS)
                preserved |= {f"{method}{d}": round(e.preserved, 5) for d, e in found.items()}
                points = {f"{method}{d}": e.points for d, e in found.items()}
                aside = self.folder / f"{method}.part"  # complete or absent, even if the worker dies
                with aside.open("wb") as file:
                    np.savez(file, **points)  # type: ignore[arg-type]
                aside.replace(self.folder / f"{method}.npz")
            except Exception as error:  # noqa: BLE001 - the page shows why there is no map
                traceback.print_exc()
                failed[method] = describe(error, None)
        return {"status": "ok", "failed": failed, "preserved": preserved}

    def _features(self) -> Array:
        space, data = load_space(self.space, self.features), self.data.load()
        parts = []
        for stratum in self.strata:
            if stratum.samples is None:
                images = data.sets(stratum.label, self.seed, self.sizes)["held_out"]
            else:
                images = samples.mapped(stratum.samples)
            parts.append(space.transform_set(images.take(slice(stratum.n))))
        return np.concatenate(parts)
