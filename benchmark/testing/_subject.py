"""What a check works on, and how it reports what it found."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmark.api import Context
from benchmark.plugins.loadable import Loadable


class Fault(Exception):
    """The plugin fails the check; the message is one sentence that says how."""


class Skip(Exception):
    """The plugin said that it cannot do this, which is allowed, or the check does not apply to it."""


@dataclass(frozen=True)
class Subject:
    """The plugin to check.

    loadable: how to create it anew. folder: this check's own folder. shared: the folder for what the checks of one
    session prepare once. data_dir: the value of `--data-dir`, or "".
    """

    loadable: Loadable
    folder: Path
    shared: Path
    data_dir: str = ""

    def new(self) -> Any:
        """Return a new instance with the parameters that are checked."""
        return self.loadable.load()

    def context(self, seed: int = 0) -> Context:
        """Return a context as the runner makes one."""
        scratch = self.folder / f"scratch-{seed}"
        scratch.mkdir(exist_ok=True)
        return Context(np.random.default_rng(seed), scratch)
