"""Where generators run: `cpu`, or the first graphics card that is there, found without loading any library."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path

from benchmark.errors import InputError

CPU = "cpu"
NO_GPU = "--device auto: no GPU was found, generators run on the CPU."


def gpu_or_cpu(root: Path = Path("/"), environ: Mapping[str, str] = os.environ) -> str:
    """Return `gpu:<model>` of the first NVIDIA card that this process may use, or `cpu`.

    CUDA_VISIBLE_DEVICES hides cards as CUDA reads it: an empty list is none, and what follows an invalid entry is not
    seen. The model is part of what determines a result, and so of a cell's key. root: where /dev and /proc are.
    """
    cards = sorted(int(path.name[6:]) for path in (root / "dev").glob("nvidia*") if path.name[6:].isdigit())
    visible = _visible(environ)
    if not cards or visible == "":
        return CPU
    index = int(visible) if visible is not None and visible.isdigit() else 0
    if index >= len(cards):
        return CPU
    told = sorted((root / "proc/driver/nvidia/gpus").glob("*/information"))
    text = told[index].read_text(encoding="utf-8") if index < len(told) else ""
    model = re.search(r"^Model:\s*(.+)$", text, re.MULTILINE)
    return f"gpu:{model[1].strip() if model else 'nvidia'}"


def environment(device: str, environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the changes to a job's environment; jobs see no card unless they are to use one.

    One card a job, and TensorFlow takes its memory as it needs it.
    """
    if device == CPU:
        return {}
    return {"CUDA_VISIBLE_DEVICES": _visible(environ) or "0", "TF_FORCE_GPU_ALLOW_GROWTH": "true"}


def check_system(platform: str = sys.platform) -> None:
    """Raise InputError where cells cannot be run: limits and clean-up stand on what only Linux has."""
    if platform != "linux":
        name = {"darwin": "macOS", "win32": "Windows"}.get(platform, platform)
        raise InputError(
            f"running cells is not supported on {name} yet: it takes Linux (on Windows, WSL); a container does."
        )


def _visible(environ: Mapping[str, str]) -> str | None:
    """Return the first card of CUDA_VISIBLE_DEVICES, "" where it hides all, None where it is not set."""
    listed = environ.get("CUDA_VISIBLE_DEVICES")
    if listed is None:
        return None
    first = listed.split(",")[0].strip()
    return first if first.isdigit() or first.startswith(("GPU-", "MIG-")) else ""
