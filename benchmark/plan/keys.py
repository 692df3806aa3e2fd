"""Keys: hashes of all that determines a result."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

SCORING = (  # what every metric stands on
    "evidence/evidence.py",
    "evidence/neighbours.py",
    "evidence/reference.py",
    "evidence/probability.py",
    "images/roles.py",
    "images/real.py",
    "evidence/embedding/__init__.py",
    "evidence/embedding/affinities.py",
    "evidence/embedding/exact.py",
    "evidence/embedding/tsne.py",
    "evidence/embedding/umap.py",
)


def digest(*parts: Any) -> str:
    """Return 24 hexadecimal digits that stand for `parts`."""
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"), default=list)
    return hashlib.sha256(text.encode()).hexdigest()[:24]


@cache
def _scoring_code() -> str:
    here = Path(__file__).parents[1]
    return hashlib.sha256(b"".join((here / name).read_bytes() for name in SCORING)).hexdigest()[:16]
