"""Where cells run: each executor starts jobs in supervised processes and tells what became of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

Say = Callable[[str, Any], None]


class Job(Protocol):
    """A piece of work that can be sent to another process.

    start: "fork" (from a process with numpy and scikit-learn loaded), "fresh" (a new interpreter), or "pool"
    (a worker that goes on to the next job).
    """

    @property
    def start(self) -> Literal["fork", "fresh", "pool"]:
        """How its process comes to be."""

    @property
    def folder(self) -> Path:
        """Its own folder; a log goes to folder/log.txt."""

    @property
    def seconds(self) -> float:
        """Wall-clock limit; begins anew with each message "stage"."""

    @property
    def memory(self) -> float:
        """GiB of resident memory for the process and its children."""

    @property
    def environment(self) -> Mapping[str, str]:
        """Changes to the environment, where a new interpreter is started for it."""

    def run(self, say: Say) -> dict[str, Any]:
        """Do the work in the other process; `say` sends a message meanwhile."""


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
