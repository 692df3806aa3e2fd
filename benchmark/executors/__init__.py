"""Where cells run: each executor starts jobs in supervised processes and tells what became of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from benchmark.jobs import Job


@dataclass(frozen=True)
class Event:
    """What became of a job. kind: a message's name, or "ended", with status, reason and peak_rss_mib."""

    job: Any
    kind: str
    payload: Any


class Executor(Protocol):
    """Runs jobs. Threads of numerical libraries are one a process, so that results do not depend on `slots`."""

    @property
    def slots(self) -> int:
        """How many jobs may run at once."""

    @property
    def free(self) -> int:
        """How many more jobs may be started now."""

    def start(self, job: Job) -> None:
        """Start a job; there must be a free slot."""

    def poll(self, timeout: float) -> list[Event]:
        """Wait up to `timeout` seconds for news and return it."""

    def close(self) -> None:
        """End all processes at once; what was in hand is lost."""
