"""Pictures of real size: what `bench score` takes for 20,000 real and 20,000 synthetic pictures of 256 x 256 in colour.

    python performance/pictures.py              20,000 + 20,000 of 256 pixels: an hour, 10 GB of disk
    python performance/pictures.py --quick      600 + 600 of 96 pixels

The pictures are shapes of three classes on grounds of coloured clouds, as JPEG; the synthetic ones are drawn likewise.
Each command runs in a process of its own, with a cache of its own. Memory is that of all its processes together, every
.2 seconds; pages that processes share count once, and those of mapped files, which can be dropped at any time, do not.
The second command on the same folder must decode nothing. A run that is killed half-way and resumed must repeat
nothing: no file of a finished cell is written again.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil
from _measure import Claim, main
from PIL import Image, ImageDraw

CLASSES = ("disc", "square", "star")
LIMIT = 2048  # MiB
TWICE = 0.5  # seconds of the second look at a folder for each of the first


@dataclass
class Spent:
    """What a command took: wall-clock and CPU seconds, and MiB at the peak."""

    wall: float = 0.0
    cpu: float = 0.0
    own: float = 0.0
    resident: float = 0.0


def draw(folder: Path, n: int, side: int, seed: int) -> None:
    """Write n pictures into one sub-folder per class."""
    rng = np.random.default_rng(seed)
    for name in CLASSES:
        (folder / name).mkdir(parents=True)
    for i in range(n):
        clouds = Image.fromarray(rng.integers(30, 226, (6, 6, 3), dtype=np.uint8))
        picture = clouds.resize((side, side), Image.Resampling.BICUBIC)
        _shape(
            ImageDraw.Draw(picture), CLASSES[i % 3], side * rng.uniform(0.3, 0.7, 2), side * rng.uniform(0.15, 0.3), rng
        )
        picture.save(folder / CLASSES[i % 3] / f"{i:05d}.jpg", quality=92)


def _shape(on: ImageDraw.ImageDraw, name: str, centre: np.ndarray, size: float, rng: np.random.Generator) -> None:
    colour = tuple(rng.integers(0, 256, 3).tolist())
    if name == "disc":
        on.ellipse([*(centre - size), *(centre + size)], fill=colour)
        return
    corners = 4 if name == "square" else 10
    turns = rng.uniform(0, 2 * np.pi) + np.arange(corners) * 2 * np.pi / corners
    reach = size * np.where(np.arange(corners) % 2, 1.0 if name == "square" else 0.4, 1.0)
    points = centre + reach[:, None] * np.stack([np.cos(turns), np.sin(turns)], axis=1)
    on.polygon([tuple(point) for point in points.tolist()], fill=colour)


def watched(words: list[str], cache: Path, stop: Callable[[], bool] = lambda: False) -> Spent:
    """Run a command with all its processes watched; kill it when `stop` says so."""
    began, spent, seen = time.monotonic(), Spent(), {}
    command = [sys.executable, "-m", "benchmark", *words]
    process = psutil.Popen(command, env={**os.environ, "XDG_CACHE_HOME": str(cache)}, stdout=subprocess.DEVNULL)
    while process.poll() is None:
        own = resident = 0.0
        for each in (process, *_below(process)):
            try:
                times = each.cpu_times()
                seen[each.pid, each.create_time()] = times.user + times.system
                anonymous, whole = _memory(each.pid)
            except (psutil.Error, OSError):
                continue
            own, resident = own + anonymous, resident + whole
        spent.own, spent.resident = max(spent.own, own), max(spent.resident, resident)
        if stop():
            for each in (*_below(process), process):
                each.send_signal(signal.SIGKILL)
        time.sleep(0.2)
    spent.wall, spent.cpu = time.monotonic() - began, sum(seen.values())
    if process.returncode not in (0, -signal.SIGKILL):
        raise SystemExit(f"{' '.join(words)} ended with {process.returncode}")
    return spent


def _below(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children(recursive=True)
    except psutil.Error:
        return []


def _memory(pid: int) -> tuple[float, float]:
    """Return the MiB of a process's own memory, and those with pages of files; shared pages count in proportion."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()[1:]
    found = {name: float(rest.split()[0]) / 1024 for name, _, rest in (line.partition(":") for line in lines)}
    return found.get("Pss_Anon", 0.0) + found.get("Pss_Shmem", 0.0), found["Pss"]


def finished(out: Path) -> dict[Path, int]:
    """Return the files of finished cells and when each was written."""
    return {path: path.stat().st_mtime_ns for path in out.glob("cells/*/*/**/*") if path.is_file()}


def measure(options: argparse.Namespace) -> Iterator[Claim]:
    """Yield the stages one after the other, then the whole."""
    n, side = (600, 96) if options.quick else (20_000, 256)
    with tempfile.TemporaryDirectory(dir=os.environ.get("PICTURES_IN")) as name:
        place = Path(name)
        for i, folder in enumerate(("real", "fake")):
            draw(place / folder, n, side, i)
        yield from _stages(place, f"{n:,} + {n:,} pictures of {side} px")


def _stages(place: Path, what: str) -> Iterator[Claim]:
    out, cache = place / "out", place / "cache"
    words = [
        "score",
        str(place / "fake"),
        "--real",
        str(place / "real"),
        "--map-points",
        "0",
        "--no-report",
        "-o",
        str(out),
    ]
    first, again = (watched([*words, "--dry-run"], cache) for _ in range(2))
    yield Claim(f"{what}: plan, decoding all", [first.cpu], "CPU s", note=_note(first))
    yield Claim(
        f"{what}: plan again, decoding nothing",
        [again.cpu],
        "CPU s",
        at_most=TWICE,
        peer="decoding all",
        peers=[first.cpu],
        note=_note(again),
    )
    cells = 21
    half = watched(words, cache, lambda: len(list(out.glob("cells/*/*/cell.json"))) >= cells // 2)
    yield Claim(f"{what}: until it is killed", [half.cpu], "CPU s", note=_note(half))
    before = finished(out)
    rest = watched(words, cache)
    yield Claim(f"{what}: resumed", [rest.cpu], "CPU s", note=_note(rest))
    after = finished(out)
    redone = [path for path, when in before.items() if after.get(path) != when]
    yield Claim("files of finished cells that were written again", [float(len(redone))], "", at_most=0)
    own = max(spent.own for spent in (first, again, half, rest))
    yield Claim(f"{what}: memory at the peak", [own], "MiB", at_most=LIMIT, note=f"all processes, of {what}")


def _note(spent: Spent) -> str:
    return f"{spent.wall:.0f} s, {spent.own:.0f} MiB at the peak, {spent.resident:.0f} with the pages of mapped files"


if __name__ == "__main__":
    sys.exit(main(measure, __doc__))
