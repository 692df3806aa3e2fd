"""Merges stores, such as those of shards. Each cell is kept once; if two stores differ, both versions are reported.

    INTO/conflicts/<key>/<checksum>/             the other version of a cell
    INTO/conflicts/<key>/scores/<metric key>.<checksum>.json and .npz
    INTO/conflicts/features/<checksum>.<name>    other weights with the same id

Files are copied aside and then moved in as a whole, one cell at a time. A merge that was killed can be continued with
the same command.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmark.store import clean, samples, weights
from benchmark.store.arrays import LARGEST, arrays_in
from benchmark.store.checks import check_arrays, check_cell, check_samples, check_scores
from benchmark.store.records import aside_of, is_key, is_regular, read_bytes, read_record, sha256
from benchmark.store.store import DamagedError, Store, delete, move_in
from benchmark.store.weights import is_prepared


@dataclass
class Merged:
    """The outcome of a merge."""

    cells: int = 0  # new in the store
    scores: int = 0  # scores added to cells that were already there
    same: int = 0  # cells that were already there with the same content
    conflicts: list[str] = field(default_factory=list)  # one sentence each, as in the next two
    damaged: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def merge(sources: list[Path], into: Store) -> Merged:
    """Copy what a store lacks from several others, which are not changed. If they differ, the first one wins."""
    merged = Merged()
    told: dict[str, dict[str, set[str]]] = {}
    for source in sources:
        _features(source, into, merged)
        for folder in cells_of(source):
            record = _intact(folder, merged)
            if record is not None:
                for package, version in record.get("versions", {}).items():
                    told.setdefault(package, {}).setdefault(str(source), set()).add(version)
                _cell(folder, record, into, merged)
    for package, versions in told.items():
        if len({version for found in versions.values() for version in found}) > 1:
            found = "; ".join(f"{', '.join(sorted(v))} in {source}" for source, v in versions.items())
            merged.remarks.append(f"versions of {package} differ: {found}")
    return merged


def cells_of(source: Path) -> Iterator[Path]:
    """Yield the folders of a store's cells, sorted by key."""
    return clean.cells(Store(source, "STORE"))


def _intact(folder: Path, merged: Merged) -> dict[str, Any] | None:
    """Return a cell's record, or None if it or one of its files does not match its checksum."""
    try:
        record = read_record(folder / "cell.json")
        check_cell(record, folder.name)
        for name, expected in record["files"].items():
            if name == "samples.npz":
                check_samples(samples.intact(folder / name, expected["sha256"]), record)
            elif sha256(content := read_bytes(folder / name, LARGEST)) != expected["sha256"]:
                raise ValueError(f"the SHA-256 of {name} does not match")
            else:
                arrays_in(content)
    except (OSError, ValueError) as error:
        merged.damaged.append(f"{folder} is damaged ({error}) and was left out")
        return None
    return record


def _cell(folder: Path, record: dict[str, Any], into: Store, merged: Merged) -> None:
    key = folder.name
    lock = into.lock(key)
    if lock is None:
        merged.damaged.append(f"cell {key} is in use by a run on {into.folder} and was left out")
        return
    try:
        there = into.cell(key)
        ok, was_ok = (r is not None and r["result"]["status"] == "ok" for r in (record, there))
        if there is None or (ok and not was_ok):
            _move_in(folder, record, into.path(key), into, merged)
            merged.cells += 1
        elif ok and _content(record) != _content(there):
            place = into.folder / "conflicts" / key / _content(record)[:12]
            _move_in(folder, record, place, into, merged)
            merged.conflicts.append(f"cell {key} ({record['config']}) has other images in {folder}: kept in {place}")
        elif ok:
            merged.same += 1
            for scores in _scores_in(folder):
                _scores(scores, key, into, merged)
    finally:
        lock.release()


def _content(record: dict[str, Any]) -> str:
    """Return what identifies a cell's content: the checksum of its images, or for a group, which has none, its key."""
    return str(record["files"].get("samples.npz", {}).get("sha256", record["key"]))


def _scores(path: Path, key: str, into: Store, merged: Merged) -> None:
    """Add one metric's scores to a cell that is already there."""
    try:
        record = read_record(path)
        check_scores(record)
        found = _said(record, path.with_suffix(".npz"))
    except (OSError, ValueError) as error:
        merged.damaged.append(f"{path} is damaged ({error}) and was left out")
        return
    there, target = into.scores(key, path.stem), into.path(key) / "scores" / path.name
    try:
        into.kept(key, path.stem)
    except DamagedError:
        there = None  # it was moved aside and will be replaced
    if there is None or (record["status"] == "ok" and there["status"] != "ok"):
        _copy_scores(path, target)
        merged.scores += 1
    elif record["status"] == "ok" and found != _said(there, target.with_suffix(".npz")):
        place = into.folder / "conflicts" / key / "scores" / f"{path.stem}.{found[:12]}.json"
        _copy_scores(path, place)
        merged.conflicts.append(f"scores of cell {key} by {record.get('metric')} differ in {path}: kept in {place}")


def _said(record: dict[str, Any], arrays: Path) -> str:
    """Return a checksum of a metric's results, not of how long it took. Raises ValueError if its arrays are damaged."""
    content = read_bytes(arrays, LARGEST) if record["arrays"] else b""
    found = sha256(content) if record["arrays"] else ""
    if record["arrays"]:
        if found != record["sha256"]:
            raise ValueError("the SHA-256 of its arrays does not match")
        check_arrays(arrays_in(content))
    text = json.dumps([record["status"], record["reason"], record["scores"]], sort_keys=True)
    return sha256((text + found).encode())


def _features(source: Path, into: Store, merged: Merged) -> None:
    """Copy the weights that a source was scored with. For each id, the first weights are used from then on."""
    folder = source / "features"
    if any(folder.glob("*.pickle")):
        merged.remarks.append(f"the pickles in {folder} are of an earlier version: they are not read, and left out")
    for path in sorted(folder.glob("*.npz")):
        try:
            if not is_prepared(path):
                raise ValueError("its SHA-256 does not match")
            weights.head_of(path)
        except (OSError, ValueError) as error:
            merged.damaged.append(f"{path} is damaged ({error}) and was left out")
            continue
        target, found = into.folder / "features" / path.name, sha256(read_bytes(path, LARGEST))
        if not is_prepared(target):
            weights.copy(path, target)
        elif found != sha256(read_bytes(target, LARGEST)):
            place = into.folder / "conflicts" / "features" / f"{found[:12]}.{path.name}"
            weights.copy(path, place)
            merged.remarks.append(
                f"the weights of the features {path.stem} differ in {source}: its cells were scored with other ones; "
                f"these are kept in {place}"
            )


def _move_in(folder: Path, record: dict[str, Any], target: Path, into: Store, merged: Merged) -> None:
    """Copy what a run wrote of a cell aside, then move it to `target`, replacing what is there."""
    aside = into.workspace(f"{folder.name}-merge")
    for name in ("cell.json", "log.txt", *record["files"]):
        if is_regular(folder / name):
            _copy(folder / name, aside / name)
    (aside / "scores").mkdir()
    for path in _scores_in(folder):
        try:
            found = read_record(path)
            check_scores(found)
            _said(found, path.with_suffix(".npz"))
        except (OSError, ValueError) as error:
            merged.damaged.append(f"{path} is damaged ({error}) and was left out")
            continue
        _copy_scores(path, aside / "scores" / path.name)
    target.parent.mkdir(parents=True, exist_ok=True)
    if os.path.lexists(target):
        old = into.workspace(f"{folder.name}-replaced")
        delete(old)
        os.replace(target, old)
        delete(old)
    os.replace(aside, target)


def _scores_in(folder: Path) -> list[Path]:
    """Return the records of scores in a cell's folder, sorted."""
    scores = folder / "scores"
    found = [] if scores.is_symlink() else sorted(scores.glob("*.json"))
    return [path for path in found if is_key(path.stem)]


def _copy_scores(path: Path, target: Path) -> None:
    if is_regular(path.with_suffix(".npz")):
        _copy(path.with_suffix(".npz"), target.with_suffix(".npz"))
    _copy(path, target)


def _copy(path: Path, target: Path) -> None:
    """Copy a file aside, flush it to disk and move it into place."""
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = aside_of(target)
    aside.write_bytes(read_bytes(path, LARGEST))
    with aside.open("rb") as file:
        os.fsync(file.fileno())
    move_in(aside, target)
