"""Runs jobs on the workers of a Dask cluster. They need no shared disk: the store stays on this machine.

A Dask task is one job, in the same kind of supervised process as on this machine. If a worker dies, another one takes
over its jobs; `distributed.scheduler.allowed-failures` (3) limits how often a job is retried. Features are fitted here.
"""

from __future__ import annotations

import importlib.util
import logging
import socket
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmark.errors import InputError, StoppedError, is_full
from benchmark.executors import Event
from benchmark.executors.home import Home
from benchmark.executors.local import Local
from benchmark.executors.parcel import Parcel, Sender
from benchmark.executors.remote import Done, Lacks, facts, receive, work
from benchmark.jobs import Job
from benchmark.jobs.prepare import Prepare
from benchmark.jobs.sources import check_sendable
from benchmark.plugins.raised import describe

if TYPE_CHECKING:
    from benchmark.images.real import RealData

LOG = logging.getLogger("benchmark")
CONNECT = 5  # seconds for the scheduler's machine to answer
GREET = 60  # seconds for the scheduler itself, which may be busy
ARRIVE = 30  # seconds to wait for the first worker, or for another one after the last is gone
WATCH = 1.0  # seconds between checks of the workers
PAUSE = 0.02
PIP = "pip install 'synthassay[dask]'"


class Dask:
    """Supervised processes on the workers of a cluster; a slot is a thread of a worker."""

    def __init__(self, address: str, out: Path, data: RealData, most: int | None = None) -> None:
        """Connect to the scheduler. most: limits the number of parallel jobs. Raises InputError."""
        check_sendable(data)
        self._client = _connect(address)
        import distributed

        self._done = distributed.as_completed(loop=self._client.loop, with_results=True, raise_errors=False)
        self._address, self._most = address, most
        self._sender = Sender(out / "cells", data)
        self._here = Local(1, Home(out))
        self._hands: dict[str, tuple[Any, Job, Parcel]] = {}  # by key: future, job, parcel
        self._sent: set[tuple[str, str]] = set()
        self._looked = self._worked = time.monotonic()
        self._threads = sum(_wait_for_workers(self._client, address).values())

    @property
    def slots(self) -> int:
        """How many jobs may run in parallel: one per worker thread that exists now, up to the limit."""
        return min(self._threads, self._most or self._threads)

    @property
    def free(self) -> int:
        """How many more jobs may be started now."""
        return max(self.slots - len(self._hands), 0)

    def start(self, job: Job) -> None:
        """Start a job; there must be a free slot."""
        if isinstance(job, Prepare):
            self._here.start(job)
        else:
            self._submit(job, self._sender.pack(job))

    def poll(self, timeout: float) -> list[Event]:
        """Wait up to `timeout` seconds for news and return it. Raises StoppedError if the cluster is gone."""
        until, events = time.monotonic() + timeout, self._here.poll(0)
        while not events and time.monotonic() < until:
            self._look()
            for future, answer in self._done.next_batch(block=False):
                events += self._settle(future, answer)
            time.sleep(0 if events else PAUSE)
        return events

    def close(self) -> None:
        """End all processes immediately; unfinished jobs are lost."""
        self._here.close()
        try:
            if self._client.status == "running":
                self._client.cancel([future for future, _, _ in self._hands.values()])
            self._client.close(timeout=CONNECT)
        except Exception:  # noqa: BLE001, S110 - the cluster may be gone already, and nothing depends on this
            pass
        self._hands = {}

    def _submit(self, job: Job, parcel: Parcel) -> None:
        future = self._client.submit(work, parcel, pure=False)
        self._hands[future.key] = (future, job, parcel)
        self._done.add(future)

    def _look(self) -> None:
        """Check for workers. Raises StoppedError if there are none, or if the scheduler is gone."""
        now = time.monotonic()
        if self._client.status != "running":
            raise StoppedError(f"the scheduler at {self._address} is gone")
        if now - self._looked < WATCH:
            return
        self._looked = now
        try:
            self._threads = sum(self._client.nthreads().values())
        except Exception as error:
            raise StoppedError(f"the scheduler at {self._address} is gone") from error
        self._worked = now if self._threads else self._worked
        if now - self._worked > ARRIVE:
            raise StoppedError(f"the scheduler at {self._address} has had no workers for {ARRIVE} seconds")

    def _settle(self, future: Any, answer: Any) -> list[Event]:
        """Return the events of a job that ended, or nothing if it has to be sent again."""
        _, job, parcel = self._hands.pop(future.key)
        if isinstance(answer, Done):
            try:
                for name, content in answer.files.items():
                    (job.folder / name).parent.mkdir(exist_ok=True)
                    (job.folder / name).write_bytes(content)
            except OSError as error:
                outcome = {"status": "failed", "reason": describe(error, None), "full": is_full(error)}
                return [Event(job, "ended", outcome)]
            return [Event(job, kind, payload) for kind, payload in answer.said]
        if future.status == "error":
            return [Event(job, "ended", _failure(answer[1]))]
        if isinstance(answer, Lacks):
            self._send(answer)
        self._look()  # a cancelled future is the first sign of a scheduler that is gone
        self._submit(job, parcel)
        return []

    def _send(self, lacks: Lacks) -> None:
        """Send a worker the shared files that it lacks, each once."""
        due = [name for name in lacks.shared if (lacks.worker, name) not in self._sent]
        if due:
            shared = {checksum: self._sender.shared[checksum] for checksum in due}
            self._client.run(receive, shared, workers=[lacks.address], on_error="ignore")
            self._sent.update((lacks.worker, name) for name in due)


def _connect(address: str) -> Any:
    if importlib.util.find_spec("distributed") is None:
        raise InputError(f"--cluster needs Dask, which is not installed: {PIP}")
    import distributed

    for name in ("distributed", "distributed.client", "tornado", "tornado.application", "asyncio"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # we report a lost cluster ourselves, in one sentence
    try:
        host, port = distributed.comm.get_address_host_port(address)
        socket.create_connection((host, port), CONNECT).close()  # do not wait for a wrong address
        return distributed.Client(address, timeout=GREET, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise InputError(
            f"--cluster {address!r} cannot be reached ({type(error).__name__}); use the address that "
            "`dask scheduler` printed."
        ) from None


def _wait_for_workers(client: Any, address: str) -> dict[str, int]:
    """Wait for the first worker; return the threads of each. Raises InputError if none comes or one cannot run jobs."""
    until = time.monotonic() + ARRIVE
    while not (threads := client.nthreads()):
        if time.monotonic() > until:
            client.close()
            raise InputError(f"--cluster {address!r} has no workers; start one with: dask worker {address}")
        time.sleep(PAUSE)
    try:
        client.run_on_scheduler(facts)
        theirs = client.run(facts)
    except Exception as error:  # noqa: BLE001
        client.close()
        raise InputError(
            f"--cluster {address!r}: synthassay must be installed on the scheduler and on each worker "
            f"({type(error).__name__}: {error}): {PIP}"
        ) from None
    for sentence, count in Counter(_differing(found) for found in theirs.values()).items():
        if sentence:
            LOG.warning("%d of %d workers: %s; their scores may differ.", count, len(theirs), sentence)
    return dict(threads)


def _differing(theirs: dict[str, str]) -> str:
    """Return how a worker's versions differ from those here, or ""."""
    other = {name: here for name, here in facts().items() if theirs.get(name) != here}
    return ", ".join(f"{name} is {theirs.get(name) or 'missing'}, here {here}" for name, here in other.items())


def _failure(error: BaseException) -> dict[str, Any]:
    if type(error).__name__ == "KilledWorker":
        reason = f"it was tried on {error.args[2] + 1} workers, and each of them died"
        return {"status": "crashed", "reason": reason}
    return {"status": "failed", "reason": f"on a worker: {describe(error, None)}"}
