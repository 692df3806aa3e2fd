"""`-o FILE`: what is there is written through, and never replaced by something else."""

from __future__ import annotations

import os
import socket
import stat
from pathlib import Path
from typing import Any

import pytest

from benchmark.errors import InputError
from benchmark.results import output

TABLE = "config,class\r\nsmote,3\r\n"


@pytest.fixture
def store(bench: Any) -> Path:
    """A folder with the results of a run."""
    folder = bench.folder / "store"
    folder.mkdir()
    (folder / "format.json").write_text('{"format": "bench.store/1"}')
    (folder / "scores.csv").write_bytes(TABLE.encode())
    return folder  # type: ignore[no-any-return]


EXPORT = ["export", "store", "--format", "csv", "-o"]


@pytest.mark.parametrize("name", ["-", "/dev/stdout"])
def test_standard_output(bench: Any, store: Path, name: str) -> None:
    assert bench(*EXPORT, name).stdout.replace("\r", "") == TABLE.replace("\r", "")
    assert [path.name for path in bench.folder.iterdir()] == ["store"]


def test_the_null_device_stays_a_device(bench: Any, store: Path) -> None:
    done = bench(*EXPORT, "/dev/null")
    assert done.stdout == done.stderr == ""
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)


@pytest.mark.parametrize("there", ["a file", "nothing yet"])
def test_the_file_that_a_link_names_is_replaced(bench: Any, store: Path, there: str) -> None:
    target, link = bench.folder / "elsewhere.csv", bench.folder / "link.csv"
    link.symlink_to("elsewhere.csv")
    if there == "a file":
        target.write_text("old")
    bench(*EXPORT, "link.csv")
    assert link.is_symlink()
    assert target.read_bytes() == TABLE.encode()


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("fifo", "is a FIFO"),
        ("socket", "is a socket"),
        ("folder", "is a folder"),
        ("/dev/zero", "is a device"),
        ("/dev/full", "is a device"),
        ("nowhere/file", "is below a folder that does not exist"),
    ],
)
@pytest.mark.parametrize("command", [["export", "store", "--format", "csv"], ["report", "store"]], ids=lambda c: c[0])
def test_anything_else_is_refused(bench: Any, store: Path, kind: str, words: str, command: list[str]) -> None:
    os.mkfifo(bench.folder / "fifo")
    (bench.folder / "folder").mkdir()
    with socket.socket(socket.AF_UNIX) as bound:
        before = Path.cwd()
        os.chdir(bench.folder)  # the path of a socket has at most 108 characters
        bound.bind("socket")
        os.chdir(before)
        said = bench(*command, "-o", kind, code=2).stderr
    assert f"{kind!r} {words}; name a file, or - for standard output." in said
    assert len(said.splitlines()) == 1
    assert stat.S_ISFIFO((bench.folder / "fifo").stat().st_mode)
    assert stat.S_ISCHR(Path("/dev/zero").stat().st_mode)


def test_from_python_too(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    with pytest.raises(InputError, match="is a FIFO"):
        output.write(tmp_path / "fifo", "text")
    output.write(tmp_path / "file", ["a", "b"])
    assert (tmp_path / "file").read_text() == "ab"
