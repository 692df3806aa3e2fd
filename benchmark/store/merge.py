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
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmark.store import weights
from benchmark.store.records import read_record, sha256
from benchmark.store.store import DamagedError, Store
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
    return (path.parent for path in sorted((source / "cells").glob("*/*/cell.json")))


def _intact(folder: Path, merged: Merged) -> dict[str, Any] | None:
    """Return a cell's record, or None if it or one of its files does not match its checksum."""
    try:
        record: dict[str, Any] = read_record(folder / "cell.json")
        for name, expected in record["files"].items():
            if sha256((folder / name).read_bytes()) != expected["sha256"]:
                raise ValueError(f"the SHA-256 of {name} does not match")
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
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
            _move_in(folder, into.path(key), into)
            merged.cells += 1
        elif ok and _content(record) != _content(there):
            place = into.folder / "conflicts" / key / _content(record)[:12]
            _move_in(folder, place, into)
            merged.conflicts.append(f"cell {key} ({record['config']}) has other images in {folder}: kept in {place}")
        elif ok:
            merged.same += 1
            for scores in sorted((folder / "scores").glob("*.json")):
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
        found = _said(record, path.with_suffix(".npz"))
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
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
    found = sha256(arrays.read_bytes()) if record["arrays"] else ""
    if record["arrays"] and found != record["sha256"]:
        raise ValueError("the SHA-256 of its arrays does not match")
    text = json.dumps([record["status"], record["reason"], record["scores"]], sort_keys=True)
    return sha256((text + found).encode())


def _features(source: Path, into: Store, merged: Merged) -> None:
    """Copy the weights that a source was scored with. For each id, the first weights are used from then on."""
    for path in sorted((source / "features").glob("*.pickle")):
        if not is_prepared(path):
            merged.damaged.append(f"{path} is damaged or has no checksum and was left out")
            continue
        target, found = into.folder / "features" / path.name, sha256(path.read_bytes())
        if not is_prepared(target):
            weights.copy(path, target)
        elif found != sha256(target.read_bytes()):
            place = into.folder / "conflicts" / "features" / f"{found[:12]}.{path.name}"
            weights.copy(path, place)
            merged.remarks.append(
                f"the weights of the features {path.stem} differ in {source}: its cells were scored with other ones; "
                f"these are kept in {place}"
            )


def _move_in(folder: Path, target: Path, into: Store) -> None:
    """Copy a folder aside, then move it to `target`, replacing what is there."""
    aside = into.workspace(f"{folder.name}-merge")
    shutil.copytree(folder, aside, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".*", "*.damaged"))
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists():
        old = into.workspace(f"{folder.name}-replaced")
        os.replace(target, old)
        shutil.rmtree(old)
    os.replace(aside, target)


def _copy_scores(path: Path, target: Path) -> None:
    if path.with_suffix(".npz").exists():
        _copy(path.with_suffix(".npz"), target.with_suffix(".npz"))
    _copy(path, target)


def _copy(path: Path, target: Path) -> None:
    """Copy a file aside, flush it to disk and move it into place."""
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = target.with_name(f".{target.name}.{os.getpid()}")
    shutil.copyfile(path, aside)
    with aside.open("rb") as file:
        os.fsync(file.fileno())
    os.replace(aside, target)
