"""Seeds from names: each random generator is keyed by its purpose, never by order, worker or time."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


def spawn_key(*parts: str | int) -> tuple[int, ...]:
    """Return four 32-bit words that identify `parts`: the BLAKE2b hash of their canonical JSON."""
    text = json.dumps(parts, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    digest = hashlib.blake2b(text.encode(), digest_size=16, person=b"bench-seed-v1").digest()
    return tuple(int.from_bytes(digest[i : i + 4], "little") for i in range(0, 16, 4))


def seed_sequence(seed: int, *parts: str | int) -> np.random.SeedSequence:
    """Return the seed sequence of `parts` under the run's `seed` (0 for what must not depend on the seed)."""
    import numpy as np

    return np.random.SeedSequence(seed, spawn_key=spawn_key(*parts))


def random(seed: int, *parts: str | int) -> np.random.Generator:
    """Return the PCG64 generator of `parts` under the run's `seed`."""
    import numpy as np

    return np.random.Generator(np.random.PCG64(seed_sequence(seed, *parts)))
