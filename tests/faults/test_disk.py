"""The disk: full and with room again, only to be read, written into by a plugin, damaged."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from benchmark.store.store import Store

SIZES = ["--seeds", "1", "--n-real", "20", "--n-synthetic", "30", "--quiet"]
DATA = ["run", "-d", "digits", "-c", "0-2", *SIZES]
ONE = ["run", "-d", "digits", "-c", "5", *SIZES]


def mounts() -> bool:
    """Whether a file system can be mounted here."""
    return os.geteuid() == 0 and subprocess.run(["mount", "--help"], capture_output=True).returncode == 0


def mounted(folder: Path, *options: str) -> bool:
    return subprocess.run(["mount", "-t", "tmpfs", *options, "tmpfs", folder], capture_output=True).returncode == 0


@pytest.fixture
def disk(bench: Callable[..., object]) -> Iterator[Path]:
    """A disk of 24 MiB, empty, as the folder `small` beside the command."""
    folder: Path = bench.folder / "small"  # type: ignore[attr-defined]
    folder.mkdir()
    if not (mounts() and mounted(folder, "-o", "size=24m")):
        pytest.skip("mounting a small disk takes root and the right to mount")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.mark.slow("fills the disk three times")
def test_a_plugin_that_fills_the_disk_harms_nobody_else(bench, plugin: Path, rows, disk: Path) -> None:
    """The healthy ones beside it find no room and are done once more; one after the other fills it, three times."""
    out = disk / "out"
    bench(*DATA, "-p", plugin, "-g", "healthy,fault[kind=disk]", "-m", "diversity", "-o", out, "--no-report", code=1)
    found = {(row["config"], row["class"]): row for row in rows(out) if row["measure"] in ("", "diversity")}
    assert [found["healthy", str(c)]["status"] for c in range(3)] == ["ok"] * 3
    assert {found["real", str(c)]["status"] for c in range(3)} == {"ok"}
    for label in range(3):
        row = found["fault[kind=disk]", str(label)]
        assert (row["status"], "No space left on device" in row["reason"]) == ("failed", True), row
    assert list((out / "work").iterdir()) == []


SAVES = """
import resource, signal, sys
import numpy as np
from benchmark.errors import is_full
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (2**16, 2**16))
try:
    np.save(sys.argv[1], np.zeros(2**20))
except OSError as error:
    print(error, error.errno, is_full(error), is_full(OSError("something else")))
"""


def test_an_array_that_is_only_written_in_part_finds_the_disk_full(tmp_path: Path) -> None:
    """The error that numpy raises then has no number; a limit on the size of files causes the same one."""
    done = subprocess.run([sys.executable, "-c", SAVES, tmp_path / "a.npy"], capture_output=True, text=True)
    assert done.stdout.endswith("written None True False\n"), done.stdout + done.stderr


def fill(path: Path) -> None:
    """Write until there is no room."""
    with path.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(2**12))
        except OSError:
            pass


@pytest.mark.slow("starts six runs")
def test_a_full_disk_loses_nothing_and_with_room_it_goes_on(bench, plugin: Path, rows, disk: Path) -> None:
    """Somebody else filled it."""
    common = [*ONE, "-p", plugin, "-m", "diversity"]
    run = [*common, "-g", "healthy"]
    out = disk / "out"
    bench(*common, "-g", "affine", "-o", out)
    cells = {path: path.read_bytes() for path in out.glob("cells/*/*/cell.json")}
    ballast = disk / "ballast"
    fill(ballast)
    assert "is not writable (No space left on device)" in bench(*run, "-o", out, code=2).stderr
    os.truncate(ballast, ballast.stat().st_size - 2**14)
    said = bench(*run, "-o", out, code=1).stderr.splitlines()
    assert said[-1].startswith(f"bench: the disk of '{out}' is full; finished cells are stored. To continue: bench run")
    assert len(said) == 3, said  # the first are on what was read, and on the sizes of digits
    assert {path: path.read_bytes() for path in cells} == cells
    ballast.unlink()
    bench(*run, "-o", out)
    assert {row["status"] for row in rows(out)} == {"ok"}
    assert {path: path.read_bytes() for path in cells} == cells


@pytest.mark.slow("starts four runs")
def test_a_store_that_can_only_be_read(bench, plugin: Path, disk: Path) -> None:
    """The page can be written elsewhere; where it cannot be written is said, and nothing is half done."""
    out = disk / "out"
    run = [*ONE, "-p", plugin, "-g", "healthy", "-m", "diversity", "-o", out]
    bench(*run)
    before = sorted(out.rglob("*"))
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
    for words in (["report", out], run):
        assert "is not writable (Read-only file system)" in bench(*words, code=2).stderr.splitlines()[-1]
    bench("report", out, "--out", "page.html")
    assert (bench.folder / "page.html").read_bytes() == (out / "report.html").read_bytes()
    assert sorted(out.rglob("*")) == before


@pytest.mark.slow("starts four runs of three classes")
def test_a_plugin_that_writes_into_the_store_harms_nobody_else(bench, plugin: Path, rows) -> None:
    """It overwrites what it finds there: that is said and computed again, at the latest by the next run."""
    run = [*DATA, "-p", plugin, "-m", "diversity", "--no-report"]
    bench(*run, "-g", "healthy", "-o", "whole")
    shutil.copytree(bench.folder / "whole", bench.folder / "bench-results")
    said = ""
    for _ in range(2):
        said += bench(*run, "-g", "healthy,fault[kind=store]").stderr
        of = [row for row in rows("bench-results", "value") if row["config"] != "fault[kind=store]"]
        assert of == rows("whole", "value")
    assert said.count("was damaged") >= 18  # healthy and the five controls, of three classes
    assert "was damaged" not in bench(*run, "-g", "healthy,fault[kind=store]").stderr


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-7])


def flip(path: Path) -> None:
    """Turn one bit over, in the middle."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))


FILES = ("cell.json", "samples.npz", "scores/*.json", "scores/*.npz")
HARMS = (cut, flip, Path.unlink)


@pytest.mark.slow("starts three runs of six classes")
def test_what_is_damaged_is_said_moved_aside_and_computed_again(bench, plugin: Path, rows) -> None:
    """Each kind of file of a cell, harmed in each way, each in another cell, all at once."""
    run = ["run", "-d", "digits", "-c", "0-5", *SIZES, "-p", plugin, "-g", "healthy,affine", "-m", "nearest_neighbour"]
    bench(*run)
    before = rows("bench-results", "value")
    store = Store(bench.folder / "bench-results")
    keys = list(dict.fromkeys(row["cell"] for row in rows() if row["config"] in ("healthy", "affine")))
    harmed = dict(zip(keys, [(name, harm) for name in FILES for harm in HARMS], strict=True))
    for key, (name, harm) in harmed.items():
        for path in sorted(store.path(key).glob(name)):
            harm(path)
    said = bench(*run).stderr
    assert rows("bench-results", "value") == before
    for key, (name, harm) in harmed.items():
        if (name, harm) != ("scores/*.json", Path.unlink):  # not there is not damaged
            assert any(key in line and "was damaged" in line for line in said.splitlines()), (key, name, harm, said)
            assert [*store.folder.glob(f"damaged/{key}*"), *store.path(key).glob("scores/*.damaged")], (name, harm)
    assert "was damaged" not in bench(*run).stderr
