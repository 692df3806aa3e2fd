"""A store from a stranger is data: whatever is in its files, no code of it runs, and nothing outside is touched."""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import numpy as np
import pytest

from .conftest import FILES, RUN, Place, fifo, unix_socket

READING = {
    "report": ("report", "store"),
    "figures": ("report", "store", "--figures", "out", "--format", "svg"),
    "csv": ("export", "store", "-f", "csv"),
    "json": ("export", "store", "-f", "json"),
    "markdown": ("export", "store", "-f", "markdown"),
    "latex": ("export", "store", "-f", "latex"),
    "png": ("export", "store", "-f", "png", "-o", "out"),
    "train": ("export", "store", "-f", "npz", "--train", "-o", "out"),
    "clean": ("clean", "store", "--unreferenced", "--older-than", "0", "--yes"),
    "compare": ("compare", "store", "whole"),
    "compared": ("compare", "whole", "store"),
    "merge": ("merge", "store", "--into", "all"),
    "merged": ("merge", "whole", "--into", "store"),
    "plan": (*RUN, "--dry-run"),
}
WRITTEN_ONLY = ("log", "page", "images", "real")  # no command reads their content
SEALED = ("samples", "history", "arrays", "features", "points")  # the kinds of file that have a checksum elsewhere


class Bomb:
    """Pickled, it is a command to create the tripwire."""

    def __init__(self, tripwire: Path) -> None:
        self.tripwire = tripwire

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self.tripwire,)


def npz(**arrays: object) -> bytes:
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def huge() -> bytes:
    """An archive with an array that claims 4e9 values."""
    return npz(images=np.zeros((30, 8, 8, 1), np.float32)).replace(b"(30, 8, 8, 1)", b"(4000000000,)")


def contents(place: Place, path: Path) -> dict[str, bytes]:
    """Return bad contents by name."""
    whole, bomb = path.read_bytes(), pickle.dumps(Bomb(place.tripwire))
    middle = len(whole) // 2
    return {
        "empty": b"",
        "half": whole[:middle],
        "a flipped bit": whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :] if whole else b"\0",
        "twice": whole + whole,
        "a pickle": bomb,
        "a pickle in an array": npz(images=np.array([Bomb(place.tripwire)], dtype=object)),
        "a huge claim": huge(),
        "another array": npz(images=np.zeros((30, 3), np.float64), head=np.frombuffer(b"{}", np.uint8)),
        "NaN in an array": npz(images=np.full((30, 8, 8, 1), np.nan, np.float32)),
        "no UTF-8": b"\xff\xfe\x00" * 50,
        "a list": b"[]",
        "null": b"null",
        "deep": b"[" * 100_000,
        "objects in objects": b'{"a":' * 500 + b"1" + b"}" * 500,
        "NaN": b'{"format": NaN, "cells": [NaN]}',
        "infinity": b'{"format": 1e999}',
        "a long number": b'{"format": ' + b"9" * 10_000 + b"}",
        "another version": whole.replace(b"bench.", b"bonch."),
        "other types": b'{"format": {}, "cells": {"a": 1}, "result": [], "files": 3, "sections": 1, "run": 2}',
    }


def objects(place: Place) -> dict[str, Callable[[Path], None]]:
    """Return what can be put in the place of a file and is none, by name."""
    return {
        "a folder": lambda path: path.mkdir(),
        "a FIFO": fifo,
        "a socket": unix_socket,
        "a link": lambda path: path.symlink_to(place.outside / "file"),
        "a link to a folder": lambda path: path.symlink_to(place.outside / "folder"),
        "a dangling link": lambda path: path.symlink_to(place.outside / "nothing"),
        "a link to itself": lambda path: path.symlink_to(path.name),
        "a device": lambda path: path.symlink_to("/dev/zero"),
    }


def harms(place: Place, kind: str, part: int = 0, of: int = 1) -> Iterator[str]:
    """Harm the store in each way in turn, and yield what was done. part, of: only every `of`-th way, from `part` on."""
    place.reset()  # what was done last may be a link to an endless device
    number = count(list(FILES).index(kind))
    for name, content in ({} if kind in WRITTEN_ONLY else contents(place, place.file(kind))).items():
        for sealed in (False, True) if kind in SEALED else (False,):
            if next(number) % of != part:
                continue
            place.reset()
            path = place.file(kind)
            place.put(path, content)
            if sealed:
                place.seal(path)
            yield f"{name}{', sealed' * sealed}"
    for name, put in objects(place).items():
        if next(number) % of != part:
            continue
        place.reset()
        path = place.file(kind)
        path.unlink()
        put(path)
        yield name


RECORD = {  # changes of a record whose checksum fits afterwards
    "cell": [
        lambda r: r.update(key="../../../outside/folder"),
        lambda r: r.update(files={"../../../../outside/file": {"size": 9, "sha256": ""}}),
        lambda r: r.update(files={"/etc/passwd": {"size": 9, "sha256": ""}}),
        lambda r: r.update(files=[]),
        lambda r: r.update(files={"samples.npz": 3}),
        lambda r: r.update(result=None),
        lambda r: r.update(result={"status": "ok"}),
        lambda r: r["result"].update(fit_seconds="long"),
        lambda r: r["result"].update(warnings={"a": 1}),
        lambda r: r.update(**{"class": ".."}),
        lambda r: r.update(**{"class": "../../outside"}),
        lambda r: r.update(**{"class": "x" * 9000}),
        lambda r: r.update(config=".."),
        lambda r: r.update(config="/outside/file"),
        lambda r: r.update(config=["a"]),
        lambda r: r.update(n_real="../outside"),
        lambda r: r.update(n_real=10**30),
        lambda r: r.update(seed=-(10**30), label=10**9),
        lambda r: r.update(n_synthetic=31),
        lambda r: r.update(versions=[1, 2]),
        lambda r: r.update(deep=json_of_depth(90)),
        lambda r: r.update(deep=json_of_depth(300)),
        lambda r: r.update(nan=float("nan")),
        lambda r: r.clear(),
    ],
    "scores": [
        lambda r: r.update(scores=[]),
        lambda r: r.update(scores={"a": 1}),
        lambda r: r.update(metric={}),
        lambda r: r.update(arrays=True),
        lambda r: r.update(seconds=[]),
        lambda r: r.update(arrays=True, size=-1, sha256=""),
        lambda r: [score.update(value="NaN") for score in r["scores"].values()],
        lambda r: [score.update(value=float("nan")) for score in r["scores"].values()],
        lambda r: r.clear(),
    ],
    "map": [
        lambda r: r.update(cells=["../../outside"]),
        lambda r: r.update(cells=None),
        lambda r: r.update(strata=[["a"]]),
        lambda r: r.update(key="../x"),
        lambda r: r.clear(),
    ],
    "list": [
        lambda r: r.update(cells=r["cells"] * 2),
        lambda r: r.update(cells=["../../outside/folder"]),
        lambda r: r.update(cells=["/etc"]),
        lambda r: r.update(cells=[1, None]),
        lambda r: r.update(cells="all"),
        lambda r: r.update(format="bench.cells/9"),
        lambda r: r.update(cells=["0" * 24]),
        lambda r: r.clear(),
    ],
    "report": [
        lambda r: r.update(format="bench.report/9"),
        lambda r: r.update(format="bench.report/1"),
        lambda r: r.update(cells=r["cells"] * 2, configurations=r["configurations"] * 2),
        lambda r: r.update(sections={name: {"a": [None]} for name in r["sections"]}),
        lambda r: r.update(sections=None),
        lambda r: r.update(run={}),
        lambda r: r.update(results=[{}]),
        lambda r: r.update(calibrated=[{"aspect": 1}]),
        lambda r: r.update(classes=[{"label": "../x", "name": None}]),
        lambda r: r["run"]["data"].update(name="../../outside/file", sha256=3),
        lambda r: [c.update(id="../../outside/file") for c in r["configurations"]],
        lambda r: r.update(results=float("nan")),
    ],
    "summary": [
        lambda r: r.update(format="bench.summary/9"),
        lambda r: r.update(sha256=1),
        lambda r: r.update(verdicts=[1], aspects=None),
        lambda r: r.update(n_synthetic="many"),
        lambda r: r.update(aspects=json_of_depth(300)),
        lambda r: r.clear(),
    ],
}


def json_of_depth(depth: int) -> list:
    value: list = []
    for _ in range(depth):
        value = [value]
    return value


def forgeries(place: Place) -> Iterator[tuple[str, str]]:
    """Change records one by one, with fitting checksums; yield the kind of file and what was done."""
    for kind, changes in RECORD.items():
        for number, change in enumerate(changes):
            place.reset()
            place.rewrite(place.file(kind), change)
            yield kind, f"forgery {number}"


def survive(bench, place: Place, name: str, what: str) -> None:
    """Run a command on the harmed store: one sentence at most, no code, and nothing outside changed."""
    before = place.elsewhere()
    done = bench(*{**READING, "run": RUN}[name], code=None)
    said = f"{name} after {what}: exit {done.returncode}\n{done.stdout[-300:]}\n{done.stderr[-3000:]}"
    assert done.returncode in (0, 1, 2), said
    assert "Traceback" not in done.stderr, said
    assert done.returncode != 2 or done.stderr, said
    assert all(line.startswith("bench: ") for line in done.stderr.splitlines()), said
    assert not place.tripwire.exists(), said
    assert place.elsewhere() == before, said


@pytest.fixture
def here(commands, place: Place):
    """Run a command in the place's folder."""
    return lambda *words, code=0: commands.run(*words, folder=place.folder, code=code)


@pytest.mark.slow("forges sixty records")
@pytest.mark.parametrize("command", ["png", "merge", "report", "clean"])
def test_forged_records_are_survived(here, place: Place, command: str) -> None:
    due = {"report": ("report",), "png": ("cell", "list"), "clean": ("list", "map"), "merge": ("cell", "scores")}
    for kind, what in forgeries(place):
        if kind in due[command]:
            survive(here, place, command, f"{kind}, {what}")


def scores_of(folder: Path) -> list[str]:
    """The columns of scores.csv up to the reason: those without times."""
    return [line.split(",")[:13] for line in (folder / "scores.csv").read_text().splitlines()]


@pytest.mark.slow("runs again after each way of damage")
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("kind", FILES)
def test_a_run_recomputes_what_is_damaged(here, place: Place, kind: str) -> None:
    """The same scores as before, or a sentence that says why there are none."""
    expected = scores_of(place.folder / "whole")
    for what in harms(place, kind, 0, 3):
        survive(here, place, "run", f"{kind} is {what}")
        if not (
            kind == "format"
            or (
                kind in ("report", "page", "table", "images", "real", "sums", "summary", "list", "toml")
                and what == "a folder"
            )
        ):
            assert scores_of(place.store) == expected, f"{kind} is {what}"


@pytest.mark.parametrize("kind", ["cell", "features", "arrays", "map"])
@pytest.mark.parametrize("what", ["a pickle", "a flipped bit", "a link", "a pickle in an array"])
def test_a_run_recomputes_what_matters_most(here, place: Place, kind: str, what: str) -> None:
    expected = scores_of(place.folder / "whole")
    next(done for done in harms(place, kind) if done == what)
    survive(here, place, "run", f"{kind} is {what}")
    assert scores_of(place.store) == expected


def test_an_old_stores_pickles_are_ignored_with_a_sentence(here, place: Place) -> None:
    weights = place.file("features")
    weights.rename(weights.with_suffix(".pickle"))
    place.put(weights.with_suffix(".pickle"), pickle.dumps(Bomb(place.tripwire)))
    place.seal(weights.with_suffix(".pickle"))
    cell = place.file("cell").parent
    next((cell / "scores").glob("*.json")).unlink()
    done = here(*RUN)
    assert "the pickles in features are of an earlier version and are not read" in done.stderr
    assert scores_of(place.store) == scores_of(place.folder / "whole")
    assert "they are not read" in here("merge", "store", "--into", "all").stderr
    assert not list((place.folder / "all").rglob("*.pickle"))
    assert ".pickle: a pickle of an earlier version" in here("clean", "store", "--yes").stdout
    assert not list(place.store.rglob("*.pickle"))
    assert not place.tripwire.exists()


@pytest.mark.parametrize("name", ["cells", "features", "locks", "maps", "work", "damaged", "conflicts"])
@pytest.mark.parametrize("command", ["run", "merged", "merge", "png", "clean"])
def test_a_folder_that_is_a_link_is_refused_or_removed(here, place: Place, name: str, command: str) -> None:
    folder = place.store / name
    if folder.exists():
        folder.rename(place.folder / "moved")
    folder.symlink_to(place.outside / "folder")
    survive(here, place, command, f"{name} is a link")
    assert folder.is_symlink() == (command != "clean")


def test_plugins_of_a_store_are_named_where_they_are_needed(here, place: Place) -> None:
    toml = place.store / "run.toml"
    place.put(toml, toml.read_text().replace('dataset = "digits"', 'dataset = "squares"'))
    done = here("export", "store", "-f", "npz", "--train", "-o", "out", code=2)
    assert "'squares' is not known" in done.stderr
    assert "The run used plugins; if you trust them, load them with --plugin FILE." in done.stderr
    assert not place.tripwire.exists()
    here("run", "--config", "store/run.toml", "-o", "store", "-g", "jitter", code=None)
    assert place.tripwire.exists(), "the tripwire does not work"
