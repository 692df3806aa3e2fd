"""Jobs: pieces of work that are sent to another process."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal, Protocol

Say = Callable[[str, Any], None]


class Job(Protocol):
    """A piece of work that can be sent to another process.

    start: "fork" (from a process with numpy and scikit-learn loaded), "fresh" (a new interpreter) or "pool" (a forked
    worker that is kept for the next job).
    """

    @property
    def start(self) -> Literal["fork", "fresh", "pool"]:
        """How its process is started."""

    @property
    def folder(self) -> Path:
        """The job's own folder. Its log is written to folder/log.txt."""

    @property
    def seconds(self) -> float:
        """The wall-clock limit. It restarts with each message "stage"."""

    @property
    def memory(self) -> float:
        """The limit of resident memory for the process and its children, in GiB."""

    @property
    def environment(self) -> Mapping[str, str]:
        """Changes to the environment of a new interpreter; a forked job keeps that of its parent."""

    def run(self, say: Say) -> dict[str, Any]:
        """Do the work in the other process and return the outcome. say: sends a message in the meantime."""
