"""Fits the feature space and the reference classifier of a run."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from benchmark.errors import InputError
from benchmark.images.image_set import joined
from benchmark.images.roles import Sizes
from benchmark.plugins.raised import describe
from benchmark.seeds import random
from benchmark.store import weights

if TYPE_CHECKING:
    from benchmark.jobs import Say
    from benchmark.jobs.sources import DataSource
    from benchmark.plugins.loadable import Loadable


@dataclass(frozen=True)
class Prepare:
    """Fit the features and the reference classifier on the neutral role of all classes and store them in `target`."""

    folder: Path
    features: Loadable
    features_id: str
    data: DataSource
    sizes: Sizes
    target: Path
    start: Literal["pool"] = "pool"
    seconds: float = 3600.0
    memory: float = 8.0
    environment: Mapping[str, str] = field(default_factory=dict)

    def run(self, say: Say) -> dict[str, Any]:
        """Return the status. A failure stops the whole run, not just a cell. input: the user can fix it."""
        from benchmark.evidence import reference

        try:
            data = self.data.load()
            images = [data.sets(label, 0, self.sizes)["neutral"] for label in range(len(data.class_names))]
            labels = np.repeat(np.arange(len(images)), [len(i) for i in images])
            features = self.features.load()
            rng = random(0, "features", data.name, reference.described(features))
            tell = partial(say, "stage", "features")
            space = reference.prepare(features, joined(images), labels, rng, self.features_id, tell)
            weights.write(space, self.features_id, self.target)
        except InputError as error:
            return {"status": "failed", "reason": str(error), "input": True}
        except Exception as error:  # noqa: BLE001
            traceback.print_exc()
            return {"status": "failed", "reason": describe(error, None)}
        return {"status": "ok"}
