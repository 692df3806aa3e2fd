"""The part that runs inside a Dask worker: it unpacks a job and runs it in a supervised process, as on any machine.

A Dask worker process has one fork server and keeps its scoring workers between tasks. Files are in the worker's
scratch folder, which Dask removes.
"""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from benchmark.executors.home import Home
from benchmark.executors.local import Local
from benchmark.executors.parcel import Parcel, Shelf, results, unpack
from benchmark.plugins.versions import code, versions
from benchmark.store.records import sha256

if TYPE_CHECKING:
    from benchmark.jobs import Say
    from benchmark.jobs.sources import DataSource

IDLE = 10.0  # seconds without a task until the processes are ended
GONE = ("closing", "closed", "failed")  # states of a worker that lost its scheduler or is being stopped


@dataclass(frozen=True)
class Lacks:
    """The shared files, by SHA-256, that a worker must be sent first. worker: an id that is never reused."""

    worker: str
    address: str
    shared: list[str]


@dataclass(frozen=True)
class Done:
    """The messages of a finished job, each a kind and a payload, and the files that it left."""

    said: list[tuple[str, Any]]
    files: Mapping[str, bytes]


@dataclass(frozen=True)
class Probe:
    """A job that checks whether this machine has the data, identical to those that the run was planned with."""

    folder: Path
    data: DataSource
    start: Literal["pool"] = "pool"
    seconds: float = 600.0
    memory: float = 8.0
    environment: Mapping[str, str] = field(default_factory=dict)

    def run(self, say: Say) -> dict[str, Any]:
        """Return the status: "ok" if the data can be loaded."""
        try:
            self.data.load()
        except Exception as error:  # noqa: BLE001 - missing or different; then the data are sent
            return {"status": "failed", "reason": str(error)}
        return {"status": "ok"}


class Host:
    """The processes of a worker: kept while tasks arrive, ended when none has arrived for a while."""

    def __init__(self, folder: Path) -> None:
        """Nothing is started before the first job."""
        self._home, self._lock = Home(folder), threading.Lock()
        self._tasks, self._rest = 0, threading.Timer(IDLE, self._close)

    def __enter__(self) -> Home:
        """Begin a task."""
        with self._lock:
            self._tasks += 1
            self._rest.cancel()
        return self._home

    def __exit__(self, *_: object) -> None:
        """End a task."""
        with self._lock:
            self._tasks -= 1
            self._rest.cancel()
            self._rest = threading.Timer(IDLE, self._close)
            self._rest.daemon = True
            self._rest.start()

    def _close(self) -> None:
        with self._lock:
            if not self._tasks:
                self._home.close()


_hosts: dict[Path, Host] = {}
_has_data: dict[str, bool] = {}  # by fingerprint


def facts() -> dict[str, str]:
    """Return the versions on this machine that scores depend on, and a hash of our own source."""
    return {**versions(), "code": code()}


def receive(shared: Mapping[str, tuple[str, bytes]], dask_worker: Any = None) -> None:
    """Store shared files that jobs will need: names and contents by SHA-256."""
    for checksum, (name, content) in shared.items():
        if sha256(content) != checksum:
            raise ValueError(f"{name} was damaged in transit")
        path = _folder(dask_worker) / "shared" / checksum / name
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = path.with_name(f".{name}")
        aside.write_bytes(content)
        aside.replace(path)


def work(parcel: Parcel) -> Lacks | Done | None:
    """Run a job. Returns None if the result is no longer wanted; its processes were then ended."""
    from distributed import get_worker

    worker = get_worker()
    task = worker.get_current_task()
    base = _folder(worker)
    with _hosts.setdefault(base, Host(base)) as home, tempfile.TemporaryDirectory(dir=base) as name:
        folder = Path(name)
        job, lacking = unpack(parcel, folder, Shelf(base / "shared", lambda data: _probe(data, home, folder)))
        if lacking:
            return Lacks(worker.id, worker.address, lacking)
        local = Local(1, home)
        said: list[tuple[str, Any]] = []
        local.start(job)
        while not said or said[-1][0] != "ended":
            if not _is_wanted(worker, task):
                local.stop()
                return None
            said += [(event.kind, event.payload) for event in local.poll()]
        return Done(said, results(job.folder, parcel))


def _folder(worker: Any) -> Path:
    folder = Path(worker.local_directory) / "synthassay"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _probe(data: DataSource, home: Home, folder: Path) -> bool:
    """Whether this machine has the data. Checked once, in a supervised process."""
    if data.fingerprint not in _has_data:
        local, ended = Local(1, home), ""
        (folder / "probe").mkdir()
        local.start(Probe(folder / "probe", data))
        while not ended:
            ended = next((e.payload["status"] for e in local.poll() if e.kind == "ended"), "")
        _has_data[data.fingerprint] = ended == "ok"
    return _has_data[data.fingerprint]


def _is_wanted(worker: Any, task: Any) -> bool:
    """Whether the client still waits for a task. It does not if it was interrupted or killed."""
    state = worker.state.tasks.get(task)
    return worker.status.name not in GONE and state is not None and state.state != "cancelled"
