"""How a run deals with a full disk: wait until a job that ends frees space, retry, and stop if none can."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from benchmark.errors import StoppedError, is_full

if TYPE_CHECKING:
    from benchmark.executors import Event, Executor
    from benchmark.store.store import Store


def stopped(store: Store) -> StoppedError:
    """Return the error with which a run ends if its disk is full."""
    return StoppedError(f"the disk of {str(store.folder)!r} is full")


@dataclass
class Room:
    """Retries what needs space on the store's disk, as long as a job or its unhandled events may still free some."""

    store: Store
    executor: Executor
    _late: list[Event] = field(default_factory=list)

    def start(self, start_one: Callable[[], bool]) -> bool:
        """Return the result of `start_one`, or False if there is no space at the moment."""
        try:
            return start_one()
        except OSError as error:
            self._bear(error, bool(self._late))
            return False

    def take(self, events: Iterable[Event], take: Callable[[Event], None]) -> None:
        """Handle events, in order within each job; those for which there is no space are kept for the next call.

        All are tried before the run stops, because the last of them may be the end of the job that filled the disk.
        """
        waiting, self._late = [*self._late, *events], []
        full: OSError | None = None
        for event in waiting:
            if not any(late.job is event.job for late in self._late):
                try:
                    take(event)
                    continue
                except OSError as error:
                    if not is_full(error):
                        raise
                    full = error
            self._late.append(event)
        if full is not None:
            self._bear(full, len(self._late) < len(waiting))

    def _bear(self, error: OSError, hope: bool) -> None:
        """Raise StoppedError if nothing runs that may free space, and there is no other hope."""
        if not is_full(error):
            raise error
        if not hope and self.executor.free >= self.executor.slots:
            raise stopped(self.store) from error
