"""Where generators run: `cpu` or the first GPU, which is detected without loading any library."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path

from benchmark.errors import InputError

CPU = "cpu"
NO_GPU = "--device auto: no GPU was found; generators run on the CPU."


def gpu_or_cpu(root: Path = Path("/"), environ: Mapping[str, str] = os.environ) -> str:
    """Return `gpu:<model>` for the first NVIDIA GPU that this process may use, or `cpu`.

    CUDA_VISIBLE_DEVICES hides GPUs as in CUDA: an empty list hides all, and entries after an invalid one are ignored.
    The model can change a result, so it is part of a cell's key. root: the folder that contains /dev and /proc.
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
    """Return the changes to a job's environment. Without them, jobs see no GPU.

    Each job sees one GPU, and TensorFlow allocates its memory only as needed.
    """
    if device == CPU:
        return {}
    return {"CUDA_VISIBLE_DEVICES": _visible(environ) or "0", "TF_FORCE_GPU_ALLOW_GROWTH": "true"}


def check_system(platform: str = sys.platform) -> None:
    """Raise InputError if cells cannot be run here: limits and clean-up rely on features that only Linux has."""
    if platform != "linux":
        name = {"darwin": "macOS", "win32": "Windows"}.get(platform, platform)
        raise InputError(
            f"running cells is not supported on {name} yet: it needs Linux (on Windows, WSL); a container works, too."
        )


def _visible(environ: Mapping[str, str]) -> str | None:
    """Return the first GPU in CUDA_VISIBLE_DEVICES, "" if it hides all of them, or None if it is not set."""
    listed = environ.get("CUDA_VISIBLE_DEVICES")
    if listed is None:
        return None
    first = listed.split(",")[0].strip()
    return first if first.isdigit() or first.startswith(("GPU-", "MIG-")) else ""
