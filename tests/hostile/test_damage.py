"""Each kind of file of a store, cut at each tenth and with flipped bits: noticed, computed again, or said."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sklearn.datasets

from benchmark.errors import InputError
from benchmark.results import cells_json
from benchmark.store import weights
from benchmark.store.store import DamagedError, Store

from .._in_process import as_it_was, bench
from .conftest import FILES, Place
from .test_store import READING, RUN

FLIPS = 24  # bits that are flipped, one after the other, all over the file


@pytest.fixture(scope="module", autouse=True)
def _as_it_was() -> Iterator[None]:
    with as_it_was():
        yield


def is_noticed(read: Callable[[], object]) -> bool:
    """Whether reading says that something is wrong, or finds nothing."""
    try:
        return read() is None
    except (DamagedError, InputError):
        return True


def scores(path: Path) -> object:
    """What the store reads of a metric's scores, by the name of one of its two files."""
    store = Store(path.parents[4])
    record = store.scores(path.parents[1].name, path.stem)
    return record and store.kept(path.parents[1].name, path.stem, record)


CHECKED: dict[str, Callable[[Path], object]] = {  # how each kind of file that has a checksum is read
    "cell": lambda path: Store(path.parents[3]).cell(path.parent.name),
    "samples": lambda path: Store(path.parents[3]).samples(path.parent.name),
    "history": lambda path: Store(path.parents[3]).history(path.parent.name) or None,
    "scores": scores,
    "arrays": scores,
    "features": lambda path: weights.is_prepared(path) or None,
    "checksum": lambda path: weights.is_prepared(path.with_suffix(".npz")) or None,
    "map": lambda path: Store(path.parents[1]).map_record(path.stem),
    "points": lambda path: Store(path.parents[1]).map_record(path.stem),
    "list": lambda path: cells_json.read(path.parent),
    "format": lambda path: Store(path.parent),
}
WRITTEN = {  # what is written again by each run and has no checksum, and the commands that read it
    "report": ("report",),
    "table": ("csv", "compare"),
    "summary": ("json", "markdown", "latex", "compare", "compared"),
    "toml": ("train", "merge"),
    "page": ("report",),
    "images": ("csv",),
    "real": ("csv",),
    "sums": ("report", "csv", "compare"),
}


CHANGED = "is not as the run wrote it"
SUMMED = ("report", "table", "summary")  # of which the checksum is compared where they are read


def damages(whole: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield the content cut at each tenth, and with a bit flipped."""
    for tenth in range(10):
        yield f"cut at {tenth} tenths", whole[: len(whole) * tenth // 10]
    for number in range(FLIPS):
        at = len(whole) * number // FLIPS
        yield f"bit {number % 8} of byte {at}", whole[:at] + bytes([whole[at] ^ 1 << number % 8]) + whole[at + 1 :]


def test_all_kinds_of_files_are_damaged_here() -> None:
    assert {*CHECKED, *WRITTEN} == {*FILES} - {"lock", "log"}  # nothing reads what is in these


@pytest.mark.parametrize("kind", CHECKED)
def test_damage_is_noticed(place: Place, kind: str) -> None:
    path = place.file(kind)
    whole, read = path.read_bytes(), CHECKED[kind]
    assert not is_noticed(functools.partial(read, path))
    for what, content in damages(whole):
        if not path.exists():  # it was moved aside
            place.reset()
        place.put(path, content)
        assert is_noticed(functools.partial(read, path)), f"{kind}: {what}"
        place.reset()


@pytest.mark.slow("runs a command on each of 34 damaged files, and then once more")
@pytest.mark.parametrize("kind", WRITTEN)
def test_damage_is_said_or_harmless_and_the_next_run_writes_anew(
    place: Place, kind: str, monkeypatch: pytest.MonkeyPatch, commands
) -> None:
    monkeypatch.chdir(place.folder)
    monkeypatch.setattr(sklearn.datasets, "load_digits", functools.cache(sklearn.datasets.load_digits))
    path = place.file(kind)
    whole = path.read_bytes()
    for what, content in damages(whole):
        place.put(path, content)
        for command in WRITTEN[kind]:
            done = bench(*READING[command], *["-o", "out.html"] * (command == "report"))
            said = [line for line in done.err.splitlines() if CHANGED not in line]
            assert done.code in (0, 1) or (done.code == 2 and len(said) == 1), f"{kind}: {what}: {done}"
            assert all(line.startswith("bench: ") for line in done.err.splitlines()), f"{kind}: {what}: {done}"
            if kind in SUMMED and content != whole:
                assert done.code == 2 or CHANGED in done.err, f"{kind}: {what}: {done}"
    commands.run(*RUN, folder=place.folder)
    assert same(path.read_bytes(), kind) == same((place.folder / "whole" / path.name).read_bytes(), kind)


def same(content: bytes, kind: str) -> object:
    """What two runs of the same write alike: all of it, but for the time and the duration of the run."""
    if kind in ("images", "table", "real"):
        return content
    if kind == "sums":
        return [line.split()[-1] for line in content.splitlines()]
    return len(content) // 100 if kind in ("report", "page", "summary") else content.replace(b"bomb.py", b"jitter.py")
