"""Every kind of file of a store, with every bad content, under every command that reads stores: the whole product.

All in one process, on the smallest store that has each kind of file. Real images are read once, and plugins are loaded
once. A command gets every content of the files that it opens in an intact store. In place of other files, whose content
it cannot know, it gets an empty file and what is no file.
"""

from __future__ import annotations

import functools
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sklearn.datasets

from benchmark.plugins import registry

from .._in_process import as_it_was, bench, tree
from .conftest import FILES, Place
from .test_store import READING, SEALED, contents, objects

KEPT = ("jitter", "real")  # the cells of the smallest store
FEW = ("empty", "a folder", "a FIFO", "a socket", "a link", "a dangling link", "a link to itself", "a device")
SLOW, FEWEST = "figures", ("a device",)  # it takes half a second, all other commands milliseconds


@pytest.fixture(scope="module", autouse=True)
def _as_it_was() -> Iterator[None]:
    with as_it_was():
        yield


@pytest.fixture
def small(place: Place, monkeypatch: pytest.MonkeyPatch) -> Place:
    """The place with two cells, as the current folder."""
    for record in (place.folder / "whole").glob("cells/*/*/cell.json"):
        if not any(f'"config": "{name}"' in record.read_text() for name in KEPT):
            shutil.rmtree(record.parent)
    monkeypatch.setattr(sklearn.datasets, "load_digits", functools.cache(sklearn.datasets.load_digits))
    monkeypatch.setattr(registry, "discover", functools.cache(registry.discover))
    monkeypatch.chdir(place.folder)
    place.reset()
    return place


Harm = Callable[[Path], None]


def ways(place: Place, kind: str) -> dict[str, Harm]:
    """Return what can be done to a file of the whole store, by name."""

    def put(content: bytes, path: Path, *, sealed: bool = False) -> None:
        place.put(path, content)
        if sealed:
            place.seal(path)

    def replaced(by: Harm, path: Path) -> None:
        path.unlink()
        by(path)

    found: dict[str, Harm] = {}
    for name, content in contents(place, place.file(kind)).items():
        found[name] = functools.partial(put, content)
        if kind in SEALED:
            found[f"{name}, sealed"] = functools.partial(put, content, sealed=True)
    return found | {name: functools.partial(replaced, by) for name, by in objects(place).items()}


@pytest.fixture(scope="module")
def opened() -> Iterator[Callable[[Place, str], set[str]]]:
    """Return what tells the names of the files of the store that a command opens, if none is harmed."""
    names: list[str] = []
    known: dict[str, set[str]] = {}
    watching = [True]

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        if event == "open" and watching and isinstance(arguments[0], (str, os.PathLike)):
            names.append(Path(os.fspath(arguments[0])).name)

    def find(place: Place, command: str) -> set[str]:
        if command not in known:
            names.clear()
            assert bench(*READING[command]).code == 0
            known[command] = set(names)
            place.reset()
        return known[command]

    sys.addaudithook(watch)
    yield find
    watching.clear()  # a hook cannot be removed


def check(place: Place, command: str, what: str, outside: dict[str, tuple[int, int]]) -> None:
    """Run a command: sentences at most, no code of the store, and nothing outside changed."""
    done = bench(*READING[command])
    said = f"{command} after {what}: exit {done.code}\n{done.out[-300:]}\n{done.err[-3000:]}"
    assert done.code in (0, 1, 2), said
    assert done.code != 2 or done.err, said
    assert all(line.startswith("bench: ") for line in done.err.splitlines()), said
    assert not place.tripwire.exists(), said
    assert around(place) == outside, said


def around(place: Place) -> dict[str, tuple[int, int]]:
    """What is in none of the folders that commands may write to."""
    found = {}
    for entry in os.scandir(place.folder):
        if entry.name not in ("store", "out", "all"):
            found[entry.path] = (entry.stat(follow_symlinks=False).st_size, 0)
            if entry.is_dir():
                found |= tree(Path(entry.path))
    return found


@pytest.mark.slow("runs thirteen commands on 27 to 46 bad contents")
@pytest.mark.parametrize("kind", FILES)
def test_every_command_survives_every_content(small: Place, kind: str, opened) -> None:
    name = small.file(kind).name
    unread = {command for command in READING if name not in opened(small, command)}
    for what, harm in ways(small, kind).items():
        harmed: dict[str, tuple[int, int]] = {}
        for command in READING:
            if command in unread and what not in (FEWEST if command == SLOW else FEW):
                continue
            if not harmed or tree(small.store) != harmed:
                small.reset()
                harm(small.file(kind))
                harmed, outside = tree(small.store), around(small)
            for path in filter(Path.exists, (small.folder / "out", small.folder / "all")):
                shutil.rmtree(path)
            check(small, command, f"{kind} is {what}", outside)
