"""Compiles the code of the maps once per machine, before any cell and its time limit, and keeps it on disk."""

from __future__ import annotations

import hashlib
import logging
import os
import platform
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

LOG = logging.getLogger("benchmark")
CODE = Path(__file__).parent / "exact.py"
COMPILE = """
import numpy as np
from benchmark.evidence.embedding import embed
embed(np.random.default_rng(0).normal(size=(20, 5)).astype(np.float32), "tsne", (2, 3))
"""


def folder() -> Path:
    """Return where numba keeps compiled code: in the user's cache folder, because site-packages may be read-only."""
    import platformdirs

    return Path(os.environ.get("NUMBA_CACHE_DIR") or platformdirs.user_cache_path("synthassay") / "numba")


def ensure() -> None:
    """Compile what is not compiled yet, in a separate process. A failure is left to the first cell that needs it."""
    if _marker().exists():
        return
    LOG.info("compiling t-SNE, once for this machine: about 10 seconds")
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(folder()), "NUMBA_NUM_THREADS": "1"}
    environment["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
    done = subprocess.run([sys.executable, "-c", COMPILE], env=environment, check=False, capture_output=True)
    if done.returncode == 0:
        _marker().touch()


def _marker() -> Path:
    """Return the file that marks the code as compiled. Its name depends on everything that makes numba recompile."""
    parts = (CODE, CODE.stat().st_mtime_ns, version("numba"), platform.python_version(), platform.node())
    return folder() / f"{hashlib.sha256(repr(parts).encode()).hexdigest()[:16]}.compiled"
