"""The store: the folder that keeps every finished cell, whatever happens to the run.

    OUT/format.json                             the version of this layout
    OUT/cells/ab/<key>/cell.json                the cell, its result, checksums
                      /samples.npz              images float32 (n, h, w, c)
                      /history.npz              curves and snapshots, if the generator logged any
                      /log.txt                  its output
                      /scores/<metric key>.json and .npz
    OUT/maps/<key>.json and .npz                joint maps for the page
    OUT/locks/<key>                             locked while a run works on the cell

Everything is written aside, flushed to disk and moved into place: a reader sees a complete cell or none.
"""

from __future__ import annotations

import logging
import os
import shutil
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmark.errors import InputError
from benchmark.store.records import _read_json, _write_aside, checked_text, read_record, sha256, write_json, write_text

if TYPE_CHECKING:
    from filelock import FileLock

    from benchmark.api import Array

LOG = logging.getLogger("benchmark")
FORMAT = "bench.store/1"
LOG_LIMIT = 2**20


class Store:
    """Keeps cells and scores under their keys."""

    def __init__(self, folder: Path, option: str = "--out") -> None:
        """Open a store; nothing is written. Raises InputError on a file or a store of another version.

        option: the command-line option that named the folder, for messages.
        """
        self.folder, self._option = folder, option
        if folder.exists() and not folder.is_dir():
            raise InputError(f"{option} {str(folder)!r} is a file; name a folder, which is created if needed.")
        marker = folder / "format.json"
        if marker.is_file():
            try:
                found = _read_json(marker).get("format")
            except (ValueError, AttributeError, OSError):
                found = "unreadable"
            if found != FORMAT:
                raise InputError(
                    f"{option} {str(folder)!r} is a store of version {found!r}, but this version needs {FORMAT!r}; "
                    "name another folder."
                )
        elif folder.is_dir() and any(folder.iterdir()):
            raise InputError(
                f"{option} {str(folder)!r} has files in it but is not a store; name an empty or new folder."
            )

    def create(self) -> None:
        """Create the folder and its marker. Raises InputError if it is not writable."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            write_json(self.folder / "format.json", {"format": FORMAT})  # first: the marker makes it a store
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
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder.resolve()

    def cell(self, key: str) -> dict[str, Any] | None:
        """Return the record of a cell, or None. A damaged cell is moved aside."""
        try:
            record = read_record(self.path(key) / "cell.json")
            for name, expected in record.get("files", {}).items():
                if (self.path(key) / name).stat().st_size != expected["size"]:
                    raise ValueError(f"the size of {name} does not match")
        except FileNotFoundError as error:
            if not self.path(key).exists():
                return None
            self.move_aside(key, str(error))
            return None
        except (ValueError, TypeError, AttributeError, KeyError, OSError) as error:
            self.move_aside(key, str(error))
            return None
        return record

    def intact(self, key: str) -> bool:
        """Whether a cell's samples match their checksum. A damaged cell is moved aside."""
        try:
            self.samples(key)
        except DamagedError:
            return False
        return True

    def samples(self, key: str) -> Array:
        """Return the images of a cell, float32 (n, h, w, c). Raises DamagedError."""
        return self._arrays(key, "samples.npz")["images"]

    def history(self, key: str) -> dict[str, Array]:
        """Return what the generator logged: arrays 'curve/<name>' (m, 2) and 'snapshot/<step>' (n, h, w, c)."""
        return self._arrays(key, "history.npz") if (self.path(key) / "history.npz").exists() else {}

    def put_cell(self, key: str, workspace: Path, record: Mapping[str, Any]) -> None:
        """Move a workspace in as a cell. An existing cell (failed or damaged) is replaced."""
        _cap(workspace / "log.txt")
        files = {
            p.name: {"size": p.stat().st_size, "sha256": sha256(p.read_bytes())}
            for p in sorted(workspace.glob("*.npz"))
        }
        (workspace / "scores").mkdir(exist_ok=True)
        for file in workspace.glob("*.npz"):
            _flush(file)
        write_text(workspace / "cell.json", checked_text({**record, "key": key, "files": files}))
        target = self.path(key)
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.exists():
            old = self.folder / "work" / f"{key}-old-{os.getpid()}"
            os.rename(target, old)
            shutil.rmtree(old, ignore_errors=True)
        os.rename(workspace, target)
        _flush(target.parent)

    def scores(self, key: str, metric_key: str) -> dict[str, Any] | None:
        """Return a metric's record for a cell, or None. A damaged file is moved aside.

        Of the arrays, only the size is checked.
        """
        path = f"{self._path(key)}/scores/{metric_key}"
        try:
            record = read_record(f"{path}.json")
            if record["arrays"] and _size(f"{path}.npz") != record["size"]:
                raise ValueError("its arrays are missing or truncated")
        except FileNotFoundError:
            return None
        except (ValueError, TypeError, KeyError, OSError) as error:
            self._forget_scores(Path(f"{path}.json"), str(error))
            return None
        return record

    def kept(self, key: str, metric_key: str, record: Mapping[str, Any] | None = None) -> dict[str, Array]:
        """Return the arrays stored with a metric's scores: kept ones, and 'draws/<measure>'. Raises DamagedError.

        If their SHA-256 does not match, they are moved aside with the scores. record: the scores, if already read.
        """
        record = record or self.scores(key, metric_key)
        if record is None or not record["arrays"]:
            return {}
        path = self.path(key) / "scores" / f"{metric_key}.npz"
        if sha256(path.read_bytes()) != record["sha256"]:
            self._forget_scores(path.with_suffix(".json"), "the SHA-256 of its arrays does not match")
            raise DamagedError(key)
        return _read_npz(path)

    def put_scores(self, key: str, metric_key: str, record: Mapping[str, Any], arrays: Path | None) -> None:
        """Store a metric's record for a cell. arrays: a .npz file to move in.

        Whatever needs disk space comes first: if the disk is full, nothing has been moved yet and it can be retried.
        """
        path = self.path(key) / "scores" / f"{metric_key}.json"
        path.parent.mkdir(exist_ok=True)
        told: dict[str, Any] = {**record, "arrays": arrays is not None}
        if arrays is not None:
            _flush(arrays)
            told |= {"size": arrays.stat().st_size, "sha256": sha256(arrays.read_bytes())}
        aside = _write_aside(path, checked_text(told))
        if arrays is not None:
            os.replace(arrays, path.with_suffix(".npz"))
        os.replace(aside, path)

    def map_record(self, key: str) -> dict[str, Any] | None:
        """Return the record of a joint map, or None. A damaged one is reported and removed, to be recomputed."""
        path = self.folder / "maps" / f"{key}.json"
        try:
            record: dict[str, Any] = _read_json(path)
            if record["sha256"] != sha256(path.with_suffix(".npz").read_bytes()):
                raise ValueError("the SHA-256 of its points does not match")
        except FileNotFoundError:
            return None
        except (ValueError, TypeError, KeyError, OSError) as error:
            path.unlink()
            self.complain(f"{path.relative_to(self.folder)} was damaged ({error}) and will be recomputed")
            return None
        return record

    def map_arrays(self, key: str) -> dict[str, Array]:
        """Return the points of a joint map by method and dimensions ('tsne2'), each float32 (n, 2) or (n, 3)."""
        return _read_npz(self.folder / "maps" / f"{key}.npz")

    def put_map(self, key: str, record: Mapping[str, Any], arrays: Mapping[str, Array]) -> None:
        """Store a joint map."""
        import numpy as np

        target = self.folder / "maps" / f"{key}.npz"
        target.parent.mkdir(exist_ok=True)
        aside = target.with_name(f".{key}-{os.getpid()}.npz")
        np.savez(aside, **arrays)  # type: ignore[arg-type]
        _flush(aside)
        os.replace(aside, target)
        write_json(target.with_suffix(".json"), {**record, "sha256": sha256(target.read_bytes())})

    def log(self, key: str) -> str:
        """Return the path of a cell's log, relative to the store."""
        return str((self.path(key) / "log.txt").relative_to(self.folder))

    def move_aside(self, key: str, why: str) -> None:
        """Move a damaged cell aside, so that it is recomputed."""
        aside = self.folder / "damaged" / key
        aside.parent.mkdir(exist_ok=True)
        shutil.rmtree(aside, ignore_errors=True)
        os.rename(self.path(key), aside)
        self.complain(
            f"cell {key} was damaged ({why}); it was moved to {aside.relative_to(self.folder)} and will be recomputed"
        )

    def complain(self, sentence: str) -> None:
        """Warn of something that was wrong in the store."""
        LOG.warning(sentence)

    def lock(self, key: str) -> FileLock | None:
        """Take and return the lock of a cell, or None if another run holds it. The system releases it if we die."""
        from filelock import FileLock, Timeout

        lock = FileLock(self.folder / "locks" / key)
        try:
            lock.acquire(blocking=False)
        except Timeout:
            return None
        return lock

    def _forget_scores(self, path: Path, why: str) -> None:
        """Move a metric's record and arrays aside."""
        for file in (path, path.with_suffix(".npz")):
            if file.exists():
                os.replace(file, file.with_name(f"{file.name}.damaged"))
        self.complain(f"{path.relative_to(self.folder)} was damaged ({why}) and will be recomputed")

    def _arrays(self, key: str, name: str) -> dict[str, Array]:
        path, record = self.path(key) / name, self.cell(key)
        if record is None:
            raise DamagedError(key)
        if sha256(path.read_bytes()) != record["files"][name]["sha256"]:
            self.move_aside(key, f"the SHA-256 of {name} does not match")
            raise DamagedError(key)
        return _read_npz(path)


class DamagedError(Exception):
    """A stored cell is damaged and was moved aside; the next run recomputes it."""


def _read_npz(path: Path) -> dict[str, Array]:
    import numpy as np

    if not path.exists():
        return {}
    try:
        with np.load(path, allow_pickle=False) as file:
            return dict(file)
    except (ValueError, OSError, zipfile.BadZipFile) as error:
        raise DamagedError(f"{path}: {error}") from None


def _size(path: str) -> int:
    """Return the size of a file in bytes, or -1 if it does not exist."""
    try:
        return os.stat(path).st_size  # noqa: PTH116
    except FileNotFoundError:
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
