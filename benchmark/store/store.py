"""The store: the folder that keeps every finished cell, whatever happens to the run.

    OUT/format.json                             the version of this layout
    OUT/cells/ab/<key>/cell.json                the cell, its result, checksums
                      /samples.npz              images float32 (n, h, w, c), or bytes
                      /history.npz              curves and snapshots, if the generator logged any
                      /log.txt                  its output
                      /scores/<metric key>.json and .npz
    OUT/maps/<key>.json and .npz                joint maps for the page
    OUT/locks/<key>                             locked while a run works on the cell

Everything is written aside, flushed to disk and moved into place: a reader sees a complete cell or none. A store may
come from a stranger: it is data, never code, and what is read is checked first. It has no links, so that nothing
outside of it is read, changed or deleted through it.
"""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmark.errors import InputError
from benchmark.images.image_set import ImageSet
from benchmark.store import samples
from benchmark.store.arrays import LARGEST, arrays_in, read_npz
from benchmark.store.checks import check_arrays, check_cell, check_map, check_samples, check_scores
from benchmark.store.records import (
    aside_of,
    checked_text,
    read_bytes,
    read_json,
    read_record,
    sha256,
    write_aside,
    write_json,
    write_text,
)

if TYPE_CHECKING:
    from filelock import FileLock

    from benchmark.api import Array

LOG = logging.getLogger("benchmark")
FORMAT = "bench.store/1"
MARKER = "format.json"
RESULTS = "results"  # the lock of the files in the folder itself, such as scores.csv; all others are keys
LOG_LIMIT = 2**20
FOLDERS = ("cells", "conflicts", "damaged", "features", "locks", "maps", "work")


class Store:
    """Keeps cells and scores under their keys."""

    def __init__(self, folder: Path, option: str = "--out", *, with_links: bool = False) -> None:
        """Open a store; nothing is written. Raises InputError on a file, a store of another version, or links in it.

        option: the command-line option that named the folder, for messages. with_links: for `bench clean` only.
        """
        self.folder, self._option = folder, option
        if folder.exists() and not folder.is_dir():
            raise InputError(f"{option} {str(folder)!r} is a file; name a folder, which is created if needed.")
        marker = folder / MARKER
        if marker.is_file():
            try:
                found = read_json(marker).get("format")
            except (ValueError, OSError):
                found = "unreadable"
            if found != FORMAT:
                raise InputError(
                    f"{option} {str(folder)!r} is a store of version {str(found)[:40]!r}, but this version needs "
                    f"{FORMAT!r}; name another folder."
                )
            if not with_links:
                self._refuse_links()
        elif folder.is_dir() and any(not path.name.startswith(f".{MARKER}.") for path in folder.iterdir()):
            raise InputError(
                f"{option} {str(folder)!r} has files in it but is not a store; name an empty or new folder."
            )

    def _refuse_links(self) -> None:
        """Raise InputError if one of the store's own folders is a link or a file."""
        parts = [self.folder / name for name in FOLDERS]
        cells = self.folder / "cells"
        if cells.is_dir() and not cells.is_symlink():
            parts += [Path(entry.path) for entry in os.scandir(cells)]
        for part in parts:
            if part.is_symlink() or (os.path.lexists(part) and not part.is_dir()):
                kind = "a link" if part.is_symlink() else "not a folder"
                raise InputError(
                    f"{self._option} {str(self.folder)!r} has {str(part.relative_to(self.folder))[:60]!r}, which is "
                    f"{kind}; a store has only files and folders of its own. Remove it, or use `bench clean`."
                )

    def create(self) -> None:
        """Create the folder and its marker. Raises InputError if it is not writable."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            write_json(self.folder / MARKER, {"format": FORMAT})  # first: the marker makes it a store
            for name in ("cells", "locks", "work", "features"):
                (self.folder / name).mkdir(exist_ok=True)
        except OSError as error:
            raise InputError(
                f"{self._option} {str(self.folder)!r} is not writable ({error.strerror}); name another folder."
            ) from None

    def path(self, key: str) -> Path:
        """Return the folder of a cell."""
        return Path(self._path(key))

    def _path(self, key: str) -> str:
        return f"{self.folder}/cells/{key[:2]}/{key}"  # called a hundred thousand times, so plain text

    def workspace(self, key: str) -> Path:
        """Create and return a new folder on the same disk, in which a cell can be written aside."""
        folder = self.folder / "work" / f"{key}-{os.getpid()}"
        delete(folder)
        folder.mkdir(parents=True)
        return folder.resolve()

    def cell(self, key: str) -> dict[str, Any] | None:
        """Return the record of a cell, or None. A damaged cell is moved aside."""
        path = self._path(key)
        if not os.path.lexists(path):
            return None
        try:
            record = read_record(f"{path}/cell.json")
            if os.path.islink(path) or os.path.islink(f"{path}/scores"):  # noqa: PTH114
                raise ValueError("it is a link")
            check_cell(record, key)
            for name, expected in record["files"].items():
                if _size(f"{path}/{name}") != expected["size"]:
                    raise ValueError(f"the size of {name} does not match")
        except (ValueError, OSError) as error:
            if os.path.lexists(path):
                self.move_aside(key, str(error))
            return None
        return record

    def intact(self, key: str) -> bool:
        """Whether a cell's samples match their checksum. A damaged cell is moved aside."""
        try:
            self.sample_set(key)
        except DamagedError:
            return False
        return True

    def samples(self, key: str) -> Array:
        """Return the images of a cell, float32 (n, h, w, c). Raises DamagedError."""
        return self.sample_set(key).images

    def sample_set(self, key: str) -> ImageSet:
        """Return the images of a cell as a set, mapped from their file. Raises DamagedError."""
        path, record = self.path(key) / "samples.npz", self.cell(key)
        if record is None:
            raise DamagedError(key)
        try:
            found = samples.intact(path, record["files"][path.name]["sha256"])
            check_samples(found, record)
        except (ValueError, OSError, KeyError) as error:
            self.move_aside(key, f"samples.npz: {error}" if isinstance(error, OSError) else str(error))
            raise DamagedError(key) from None
        return found

    def history(self, key: str) -> dict[str, Array]:
        """Return what the generator logged: arrays 'curve/<name>' (m, 2) and 'snapshot/<step>' (n, h, w, c)."""
        record = self.cell(key)
        return self._arrays(key, "history.npz") if record and "history.npz" in record["files"] else {}

    def put_cell(self, key: str, workspace: Path, record: Mapping[str, Any]) -> None:
        """Move a workspace in as a cell. An existing cell (failed or damaged) is replaced."""
        _cap(workspace / "log.txt")
        files = {
            p.name: {"size": p.stat().st_size, "sha256": samples.checksum(p)} for p in sorted(workspace.glob("*.npz"))
        }
        (workspace / "scores").mkdir(exist_ok=True)
        for file in workspace.glob("*.npz"):
            _flush(file)
        write_text(workspace / "cell.json", checked_text({**record, "key": key, "files": files}))
        target = self.path(key)
        target.parent.mkdir(parents=True, exist_ok=True)
        if os.path.lexists(target):
            old = self.folder / "work" / f"{key}-old-{os.getpid()}"
            delete(old)
            os.rename(target, old)
            delete(old)
        os.rename(workspace, target)
        _flush(target.parent)

    def scores(self, key: str, metric_key: str) -> dict[str, Any] | None:
        """Return a metric's record for a cell, or None. A damaged file is moved aside.

        Of the arrays, only the size is checked.
        """
        path = f"{self._path(key)}/scores/{metric_key}"
        try:
            record = read_record(f"{path}.json")
            check_scores(record)
            if record["arrays"] and _size(f"{path}.npz") != record["size"]:
                raise ValueError("its arrays are missing or truncated")
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (ValueError, OSError) as error:
            self._forget_scores(Path(f"{path}.json"), str(error))
            return None
        return record

    def kept(self, key: str, metric_key: str, record: Mapping[str, Any] | None = None) -> dict[str, Array]:
        """Return the arrays stored with a metric's scores: kept ones, and values per image. Raises DamagedError.

        If their SHA-256 does not match, they are moved aside with the scores. record: the scores, if already read.
        """
        record = record or self.scores(key, metric_key)
        if record is None or not record["arrays"]:
            return {}
        path = self.path(key) / "scores" / f"{metric_key}.npz"
        try:
            found = _intact_arrays(path, record["sha256"])
            check_arrays(found)
        except (ValueError, OSError) as error:
            self._forget_scores(path.with_suffix(".json"), str(error))
            raise DamagedError(key) from None
        return found

    def put_scores(self, key: str, metric_key: str, record: Mapping[str, Any], arrays: Path | None) -> None:
        """Store a metric's record for a cell. arrays: a .npz file to move in.

        Whatever needs disk space comes first: if the disk is full, nothing has been moved yet and it can be retried.
        """
        path = self.path(key) / "scores" / f"{metric_key}.json"
        if not path.parent.is_dir():
            delete(path.parent)
        path.parent.mkdir(exist_ok=True)
        told: dict[str, Any] = {**record, "arrays": arrays is not None}
        if arrays is not None:
            _flush(arrays)
            told |= {"size": arrays.stat().st_size, "sha256": sha256(arrays.read_bytes())}
        aside = write_aside(path, checked_text(told))
        if arrays is not None:
            move_in(arrays, path.with_suffix(".npz"))
        move_in(aside, path)

    def map_record(self, key: str) -> dict[str, Any] | None:
        """Return the record of a joint map, or None. A damaged one is reported and removed, to be recomputed."""
        path = self.folder / "maps" / f"{key}.json"
        try:
            record = read_record(path)
            check_map(record, key)
            points = _intact_arrays(path.with_suffix(".npz"), record["sha256"])
            if any(a.ndim != 2 or a.dtype != "float32" or len(a) != _points(record) for a in points.values()):
                raise ValueError("its points do not fit")
        except (ValueError, OSError) as error:
            if os.path.lexists(path):
                delete(path)
                self.complain(f"{path.relative_to(self.folder)} was damaged ({error}) and will be recomputed")
            return None
        return record

    def map_arrays(self, key: str) -> dict[str, Array]:
        """Return the points of a joint map by method and dimensions ('tsne2'), each float32 (n, 2) or (n, 3)."""
        return read_npz(self.folder / "maps" / f"{key}.npz")

    def put_map(self, key: str, record: Mapping[str, Any], arrays: Mapping[str, Array]) -> None:
        """Store a joint map."""
        import numpy as np

        target = self.folder / "maps" / f"{key}.npz"
        target.parent.mkdir(exist_ok=True)
        aside = aside_of(target)
        with aside.open("wb") as file:
            np.savez(file, **arrays)  # type: ignore[arg-type]
        _flush(aside)
        move_in(aside, target)
        write_text(target.with_suffix(".json"), checked_text({**record, "sha256": sha256(target.read_bytes())}))

    def log(self, key: str) -> str:
        """Return the path of a cell's log, relative to the store."""
        return str((self.path(key) / "log.txt").relative_to(self.folder))

    def move_aside(self, key: str, why: str) -> None:
        """Move a damaged cell aside, so that it is recomputed."""
        aside = self.folder / "damaged" / key
        aside.parent.mkdir(exist_ok=True)
        if os.path.lexists(self.path(key)):
            delete(aside)
        try:
            os.rename(self.path(key), aside)
        except FileNotFoundError:
            return  # another run has done it
        self.complain(
            f"cell {key} was damaged ({why}); it was moved to {aside.relative_to(self.folder)} and will be recomputed"
        )

    def complain(self, sentence: str) -> None:
        """Warn of something that was wrong in the store."""
        LOG.warning(sentence)

    def lock(self, key: str, seconds: float = 0) -> FileLock | None:
        """Take and return the lock of a cell, or None if another run holds it for so long.

        The system releases it if we die. Whoever has it may delete what killed runs left of the cell.
        """
        from filelock import FileLock, Timeout

        path = self.folder / "locks" / key
        if os.path.lexists(path) and (path.is_symlink() or not path.is_file()):
            delete(path)  # it would be written to, and nothing outside the store may be
        lock = FileLock(path)
        try:
            lock.acquire(timeout=seconds)
        except Timeout:
            return None
        return lock

    def _forget_scores(self, path: Path, why: str) -> None:
        """Move a metric's record and arrays aside."""
        for file in (path, path.with_suffix(".npz")):
            if os.path.lexists(file):
                delete(aside := file.with_name(f"{file.name}.damaged"))
                try:
                    os.replace(file, aside)
                except FileNotFoundError:
                    continue  # another run has done it
        self.complain(f"{path.relative_to(self.folder)} was damaged ({why}) and will be recomputed")

    def _arrays(self, key: str, name: str) -> dict[str, Array]:
        path, record = self.path(key) / name, self.cell(key)
        if record is None:
            raise DamagedError(key)
        try:
            return _intact_arrays(path, record["files"][name]["sha256"])
        except (ValueError, OSError, KeyError) as error:
            self.move_aside(key, f"{name}: {error}" if isinstance(error, OSError) else str(error))
            raise DamagedError(key) from None


class DamagedError(Exception):
    """A stored cell is damaged and was moved aside; the next run recomputes it."""


def delete(path: Path) -> None:
    """Delete a file, a folder, or a link (and not what it points to). What cannot be deleted stays."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        try:
            path.unlink(missing_ok=True)
        except NotADirectoryError:
            pass


def move_in(aside: Path, path: Path) -> None:
    """Move a file to where it belongs in a store. A folder that is there, which no run makes, is deleted."""
    if path.is_dir() and not path.is_symlink():
        delete(path)
    os.replace(aside, path)


def _intact_arrays(path: Path, checksum: str) -> dict[str, Array]:
    """Return the arrays of a file. Raises OSError, and ValueError if it does not match its SHA-256."""
    content = read_bytes(path, LARGEST)
    if sha256(content) != checksum:
        raise ValueError(f"the SHA-256 of {path.name} does not match")
    return arrays_in(content)


def _points(record: Mapping[str, Any]) -> int:
    return sum(n for _, _, n in record["strata"])


def _size(path: str) -> int:
    """Return the size of a file or link in bytes, or -1 if there is none."""
    try:
        return os.lstat(path).st_size
    except OSError:
        return -1


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _cap(log: Path) -> None:
    """Shorten a log that exceeds the limit to its beginning and its end."""
    if not log.exists():
        log.touch()
    elif log.stat().st_size > LOG_LIMIT:
        with log.open("rb") as file:
            head = file.read(LOG_LIMIT // 2)
            file.seek(-LOG_LIMIT // 2, os.SEEK_END)
            tail = file.read()
        log.write_bytes(head + b"\n... cut ...\n" + tail)
