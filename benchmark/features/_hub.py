"""What the spaces of libraries with a cache of weights share."""

from __future__ import annotations

import os

from benchmark.api import InputError


def is_offline() -> bool:
    """Whether `--offline` forbids downloading."""
    return bool(os.environ.get("SYNTHASSAY_OFFLINE"))


def absent(who: str, where: str, why: str = "") -> InputError:
    """Return the error for weights that are not here. where: what to put where."""
    reason = why or "--offline forbids downloading"
    return InputError(f"{who}: its weights are not on this machine, and {reason}: {where}, or give weights=FILE.")
