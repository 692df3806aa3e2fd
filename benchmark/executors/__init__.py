"""Where cells run: each executor starts jobs in supervised processes and reports how they ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from benchmark.jobs import Job
from benchmark.text import cleaned


@dataclass(frozen=True)
class Event:
    """News of a job. kind: the name of a message, or "ended", with status, reason and peak_rss_mib as the payload.

    This is where a plugin's text enters this process: whatever a payload says is safe to store, print and show.
    """

    job: Any
    kind: str
    payload: Any

    def __post_init__(self) -> None:
        """Make the payload safe."""
        object.__setattr__(self, "payload", cleaned(self.payload))


class Executor(Protocol):
    """Runs jobs. Numerical libraries get one thread per process, so that results do not depend on `slots`."""

    @property
    def slots(self) -> int:
        """How many jobs may run in parallel."""

    @property
    def free(self) -> int:
        """How many more jobs may be started now."""

    def start(self, job: Job) -> None:
        """Start a job; there must be a free slot."""

    def poll(self, timeout: float) -> list[Event]:
        """Wait up to `timeout` seconds for news and return it."""

    def close(self) -> None:
        """End all processes immediately; unfinished jobs are lost."""
