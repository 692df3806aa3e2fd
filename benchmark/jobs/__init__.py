"""What travels to a process?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
